import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { permissionPolicy } from '../../../agents/host/host-order.ts';

const AGENTS = join(import.meta.dirname, '..', '..', '..', 'agents');

/** Where a kind's conversation is kept. */
export const transcriptFile = (kind: string, scenario: string): string =>
  join(AGENTS, kind, 'transcripts', `${scenario}.jsonl`);

/** What the driver of a conversation was given, and whose conversation it is. */
const transcriptHead = z.strictObject({
  kind: z.string(),
  scenario: z.string(),
  /** Package and version of the CLI that spoke. */
  cli: z.string(),
  order: z.strictObject({
    command: z.tuple([z.string()], z.string()),
    permissions: permissionPolicy,
  }),
});
export type TranscriptHead = z.infer<typeof transcriptHead>;

/** What the host was asked to do. */
const step = z.union([
  z.strictObject({ message: z.string() }),
  /** Of the question that waits for it. */
  z.strictObject({ answer: z.string() }),
  z.literal(['interrupt', 'finish']),
]);
export type Step = z.infer<typeof step>;

/** What the host said in public because of the conversation. */
const told = z.union([
  z.strictObject({ ready: z.literal(true) }),
  z.strictObject({ notReady: z.string() }),
  z.strictObject({ question: z.string(), options: z.array(z.string()) }),
  z.strictObject({ notice: z.string() }),
  z.strictObject({ said: z.string() }),
  z.strictObject({
    turnEnd: z.strictObject({
      lastMessage: z.string().optional(),
      problem: z.strictObject({ code: z.string(), detail: z.string() }).optional(),
    }),
  }),
]);
export type Told = z.infer<typeof told>;

/** A line: JSON as its value, anything else as its text. */
const line = z.union([z.string(), z.record(z.string(), z.json())]);
export type Line = z.infer<typeof line>;

/** Milliseconds since the CLI was started first. */
const at = z.int();

export const transcriptEntry = z.union([
  /** A process of the CLI begins: its name and arguments. */
  z.strictObject({ at, start: z.array(z.string()) }),
  /** The driver writes; null ends stdin. */
  z.strictObject({ at, in: line.nullable() }),
  /** The CLI writes to stdout, to stderr; null closes stdout. */
  z.strictObject({ at, out: line.nullable() }),
  z.strictObject({ at, err: z.string() }),
  /** The process ends, with a code or by a signal; null where its host has to end it. */
  z.strictObject({ at, exit: z.union([z.int(), z.string(), z.null()]) }),
  z.strictObject({ at, do: step }),
  z.strictObject({ at, told }),
]);
export type TranscriptEntry = z.infer<typeof transcriptEntry>;

/**
 * A recorded conversation of a real CLI with its driver, and what went on around it. Values that
 * differ from run to run stand as placeholders (`<uuid-1>`, `<workspace>`).
 */
export interface Transcript {
  head: TranscriptHead;
  entries: readonly TranscriptEntry[];
}

export const parseLine = (text: string): Line => {
  try {
    const value: unknown = JSON.parse(text);
    const parsed = line.safeParse(value);
    // A string in quotes is text, as what was said was no object.
    return parsed.success && typeof parsed.data === 'object' ? parsed.data : text;
  } catch {
    return text;
  }
};

export const renderLine = (value: Line): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

export const renderTranscript = ({ head, entries }: Transcript): string =>
  [head, ...entries].map((each) => `${JSON.stringify(each)}\n`).join('');

/** Every recorded conversation, by kind and scenario. */
export function readTranscripts(): Transcript[] {
  return globSync('*/transcripts/*.jsonl', { cwd: AGENTS })
    .sort()
    .map((name) => read(join(AGENTS, name)));
}

export const readTranscript = (kind: string, scenario: string): Transcript =>
  read(transcriptFile(kind, scenario));

function read(file: string): Transcript {
  const [head = '', ...entries] = readFileSync(file, 'utf8').trimEnd().split('\n');
  return {
    head: transcriptHead.parse(JSON.parse(head)),
    entries: entries.map((entry) => transcriptEntry.parse(JSON.parse(entry))),
  };
}
