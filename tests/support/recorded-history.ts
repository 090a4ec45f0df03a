import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem, type SystemState } from '../../core/domain/system-state.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';

export const HISTORIES = join(import.meta.dirname, '..', 'histories');

/** A line of a history: a message of EVENTS as it stood there; `base64` where `data` is no JSON. */
const recordedMessage = z.object({
  sequence: z.int().positive(),
  subject: z.string(),
  /** When the broker stored it. */
  time: z.iso.datetime(),
  headers: z.record(z.string(), z.string()),
  data: z.json().optional(),
  base64: z.string().optional(),
  /** Bytes as the broker had them; counted from what is here without. */
  size: z.int().positive().optional(),
});
export type RecordedMessage = z.infer<typeof recordedMessage>;

/** The names of the recorded histories, without `.jsonl`. */
export function historyNames(): string[] {
  return readdirSync(HISTORIES)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

export const readHistory = async (name: string): Promise<RawMessage[]> =>
  (await readRecorded(name)).map(rawMessage);

/** The lines of a history as they were recorded. */
export const readRecorded = async (name: string): Promise<RecordedMessage[]> =>
  recordedMessages(await readFile(join(HISTORIES, `${name}.jsonl`), 'utf8'));

/** A log of one message a line. */
export const recordedMessages = (text: string): RecordedMessage[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => recordedMessage.parse(JSON.parse(line)));

export function rawMessage({
  sequence,
  subject,
  time,
  headers,
  data,
  base64,
  size,
}: RecordedMessage): RawMessage {
  const payload = base64 === undefined ? JSON.stringify(data) : Buffer.from(base64, 'base64');
  return {
    sequence,
    subject,
    time: new Date(time),
    size: size ?? subject.length + JSON.stringify(headers).length + Buffer.byteLength(payload),
    header: (name) => headers[name],
    payload: Buffer.from(payload),
  };
}

/** Folds messages as the followers do: schedules are passed by. */
export function foldHistory(
  messages: readonly RawMessage[],
  state: SystemState = initialSystem(),
): SystemState {
  for (const message of messages) {
    if (!message.subject.startsWith('schedules.')) foldMessage(state, message);
  }
  return state;
}
