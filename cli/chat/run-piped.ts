import type { Readable, Writable } from 'node:stream';
import type { Happening } from '../../core/conversation/talk.ts';
import { asOrchestratorError, EXIT, OrchestratorError } from '../../schemas/errors.ts';
import type { Dialogue } from './dialogue.ts';
import { noticeOf } from './notices.ts';
import { type InputLine, readLines } from './read-lines.ts';

export interface PipedOptions {
  input: Readable;
  dialogue: Dialogue;
  /** Says something that is no answer, on stderr. */
  notice: (line: string) => void;
  /** Bytes of the largest message that the broker takes. */
  limit: number;
  /** Ends it early. */
  signal: AbortSignal;
}

/** How the lines fared: an exit code, and how many messages were left without their end. */
export interface PipedResult {
  exit: number;
  unanswered: number;
}

/**
 * Sends each line as a message, as it is read, and waits until every message has come to its end.
 * Exit code 0, 1 where a turn failed or a message was rejected, 2 where a line was no message.
 */
export async function runPiped(options: PipedOptions): Promise<PipedResult> {
  const { dialogue, input, limit, notice, signal } = options;
  let [wrong, unsent] = [false, false];
  const stop = () => input.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of readLines(input, limit)) {
      if (signal.aborted) break;
      const problem = line.kind === 'text' ? await said(dialogue, line.text) : refusal(line, limit);
      if (problem === undefined) continue;
      notice(`line ${line.number}: ${problem.line}`);
      if (problem.exit === EXIT.usage) wrong = true;
      else unsent = true;
    }
  } catch (error) {
    // Destroyed by us, in the middle of a read.
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  await dialogue.settled();
  const failed = unsent || dialogue.failed;
  const exit = wrong ? EXIT.usage : failed ? EXIT.failed : EXIT.done;
  return { exit, unanswered: dialogue.unanswered };
}

/**
 * Shows what happens for a pipe: answers and questions on `output`, each followed by a newline and
 * nothing else, the rest as notices.
 */
export function pipedDisplay(
  output: Writable,
  notice: (line: string) => void,
): (happening: Happening, concerns: boolean) => Promise<void> {
  return async (happening, concerns) => {
    if (!concerns) return;
    if (happening.kind === 'answer' || happening.kind === 'question') {
      await write(output, `${happening.text}\n`);
      return;
    }
    const line = noticeOf(happening);
    if (line !== undefined) notice(line);
  };
}

async function said(dialogue: Dialogue, text: string): Promise<OrchestratorError | undefined> {
  try {
    await dialogue.say(text);
    return undefined;
  } catch (error) {
    return asOrchestratorError(error);
  }
}

function refusal(line: Exclude<InputLine, { kind: 'text' }>, limit: number): OrchestratorError {
  if (line.kind === 'not-utf8') return new OrchestratorError('ORC_NOT_UTF8');
  const detail = `The message has ${line.bytes} bytes; the broker takes ${limit}`;
  return new OrchestratorError('ORC_TOO_LARGE', detail);
}

function write(output: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
