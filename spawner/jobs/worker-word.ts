import { z } from 'zod';
import type { StoredMessage } from '../../core/log/stored-message.ts';

/** A job's delivery to a worker, counted from 1: what it says bears that, and so does each of its signs. */
const attempt = z.int().positive();

const WORDS = {
  progress: z.object({
    attempt,
    text: z.string().optional().catch(undefined),
    percent: z.number().optional().catch(undefined),
  }),
  completed: z.object({ attempt, result: z.json().optional() }),
  failed: z.object({ attempt, error: z.string().catch('') }),
};

/** What a worker says of a job. */
export type WorkerWord =
  | ({ name: 'progress' } & z.infer<(typeof WORDS)['progress']>)
  | ({ name: 'completed' } & z.infer<(typeof WORDS)['completed']>)
  | ({ name: 'failed' } & z.infer<(typeof WORDS)['failed']>);

/** The word in a message of WORKED; undefined for what is none. Never throws. */
export function workerWord({ subject, payload }: StoredMessage): WorkerWord | undefined {
  const name = subject.split('.').at(-1) ?? '';
  if (!isWord(name)) return undefined;
  try {
    const read = WORDS[name].safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    // The schema is that of this very name.
    return read.success ? ({ name, ...read.data } as WorkerWord) : undefined;
  } catch {
    return undefined;
  }
}

const isWord = (name: string): name is keyof typeof WORDS => Object.hasOwn(WORDS, name);
