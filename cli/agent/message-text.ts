import type { Readable, Writable } from 'node:stream';
import { OrchestratorError } from '../../schemas/errors.ts';
import { MAX_TEXT } from '../../schemas/limits.ts';
import { isNamedPipe } from './named-pipe.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No nats-server takes more in one message; what this one takes, it says when the text is sent. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A pipeline may think for long; where nobody writes, its reader is to know what it waits for. */
const SAY_AFTER_MS = 5_000;

export interface TextStreams {
  stdin: Readable & { isTTY?: boolean };
  stderr: Writable;
}

/**
 * The text of a message: the argument, or stdin where that is `-` or absent and stdin is no
 * terminal; of stdin's text one line feed at the end is dropped, as `$(…)` does it. A stdin that is
 * a named pipe is read for `-` alone: it is the agent's own, by which its messages come. Throws
 * ORC_EMPTY, ORC_NOT_UTF8, and ORC_TOO_LARGE where stdin does not end before any broker's limit.
 */
export async function messageText(
  argument: string | undefined,
  { stdin, stderr }: TextStreams,
): Promise<string> {
  const isMeant = argument === undefined && !stdin.isTTY && !isNamedPipe(stdin);
  const fromStdin = argument === '-' || isMeant;
  const text = fromStdin ? await stdinText(stdin, stderr) : (argument ?? '');
  if (text === '') throw new OrchestratorError('ORC_EMPTY');
  if (text.length > MAX_TEXT) {
    const what = `The message has ${text.length} characters; it can have ${MAX_TEXT}`;
    throw new OrchestratorError('ORC_TOO_LARGE', what);
  }
  return text;
}

async function stdinText(stdin: Readable, stderr: Writable): Promise<string> {
  const saying = setTimeout(() => {
    stderr.write('waiting for the text on stdin, until that ends; an argument is quicker\n');
  }, SAY_AFTER_MS);
  try {
    return UTF8.decode(await stdinBytes(stdin)).replace(/\n$/, '');
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    throw new OrchestratorError('ORC_NOT_UTF8', undefined, { cause: error });
  } finally {
    clearTimeout(saying);
  }
}

async function stdinBytes(stdin: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) {
      const what = `The text on stdin has more than ${MAX_BYTES / 1024 / 1024} MiB`;
      throw new OrchestratorError('ORC_TOO_LARGE', what);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
