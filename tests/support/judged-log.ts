import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import type { Verdict } from '../../core/judge/difference.ts';
import { Judge } from '../../core/judge/judge.ts';
import { judgeLog } from '../../core/judge/judge-log.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { RawMessage } from '../../schemas/parse-event.ts';
import { recordedLog } from './record-history.ts';
import { HISTORIES, rawMessage, recordedMessages } from './recorded-history.ts';

const KEPT = join(HISTORIES, 'judged');
const ENDING = '.jsonl.gz';

/** The names of the logs that are kept for the judge. */
export const keptLogs = (): string[] =>
  readdirSync(KEPT)
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length))
    .sort();

export const readKept = (name: string): RawMessage[] =>
  recordedMessages(gunzipSync(readFileSync(join(KEPT, name + ENDING))).toString()).map(rawMessage);

export const keepLog = async (log: EventLog, name: string): Promise<void> =>
  keepLines(await recordedLog(log, true), name);

export async function keepLines(lines: string, name: string): Promise<void> {
  await mkdir(KEPT, { recursive: true });
  await writeFile(join(KEPT, name + ENDING), gzipSync(lines, { level: 9 }));
}

export function judged(messages: readonly RawMessage[]): Verdict {
  const judge = new Judge();
  for (const message of messages) judge.take(message);
  return judge.end();
}

/** A difference on a line. */
export const shownDifferences = ({ differences }: Verdict): string[] =>
  differences.map(({ kind, sequence, of, stands, decided }) =>
    [kind, sequence, of, idsOf(stands), 'now', idsOf(decided)].join(' '),
  );

const idsOf = (events: readonly { type: string; id: string }[]): string =>
  events.map(({ type, id }) => `${type} ${id}`).join(', ');

/**
 * What was decided in this log is what is decided by this code. With KEEP_LOGS=true the log is kept for the judge, under
 * a name.
 */
export async function assertJudged(
  t: ExecutionContext,
  log: EventLog,
  name: string,
): Promise<void> {
  await log.heard('agents.>');
  if (process.env.KEEP_LOGS === 'true') await keepLog(log, name);
  const verdict = await judgeLog(log);
  t.deepEqual(shownDifferences(verdict), []);
  t.log(`${verdict.decisions} decisions judged`);
}
