import type { Readable } from 'node:stream';
import { OrchestratorError } from '../../schemas/errors.ts';
import { MAX_TEXT } from '../../schemas/limits.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** No nats-server takes more in one message; what this one takes, it says when the text is sent. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * The text of a message: the argument, or stdin where that is `-` or absent and stdin is no
 * terminal; of stdin's text one line feed at the end is dropped, as `$(…)` does it. Throws
 * ORC_EMPTY, ORC_NOT_UTF8, and ORC_TOO_LARGE where stdin does not end before any broker's limit.
 */
export async function messageText(
  argument: string | undefined,
  stdin: Readable & { isTTY?: boolean },
): Promise<string> {
  const fromStdin = argument === '-' || (argument === undefined && !stdin.isTTY);
  const text = fromStdin ? await stdinText(stdin) : (argument ?? '');
  if (text === '') throw new OrchestratorError('ORC_EMPTY');
  if (text.length > MAX_TEXT) {
    const what = `The message has ${text.length} characters; it can have ${MAX_TEXT}`;
    throw new OrchestratorError('ORC_TOO_LARGE', what);
  }
  return text;
}

async function stdinText(stdin: Readable): Promise<string> {
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
  try {
    return UTF8.decode(Buffer.concat(chunks)).replace(/\n$/, '');
  } catch (cause) {
    throw new OrchestratorError('ORC_NOT_UTF8', undefined, { cause });
  }
}
