import type { Readable, Writable } from 'node:stream';
import { isSystemError } from '../../schemas/system-error.ts';
import { Hints } from './hints.ts';
import { agentNotice } from './notices.ts';
import { type PipedResult, pipedDisplay, runPiped } from './run-piped.ts';
import { prepareTalk, type TalkContext } from './talk-context.ts';

export interface Pipes {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** 128 + SIGPIPE: what a shell says of a program whose reader has gone. */
const READER_GONE = 141;

/**
 * Talks over pipes until the input has ended and every message has come to its end, the signal
 * aborts, or nobody reads the answers any more.
 */
export async function talkOverPipe(context: TalkContext, pipes: Pipes): Promise<PipedResult> {
  const { stdin, stdout, stderr } = pipes;
  const end = new AbortController();
  const onFailure = (error: unknown) => end.abort(error);
  stdout.on('error', onFailure);
  const signal = AbortSignal.any([context.signal, end.signal]);
  const notice = (line: string) => stderr.write(`${line}\n`);
  const display = pipedDisplay(stdout, notice);
  const { dialogue, wish } = await prepareTalk(
    { ...context, signal },
    {
      show: (happening) =>
        display(happening, !('serves' in happening) || dialogue.concerns(happening.serves)),
      onAgent: (assigned) => {
        notice(agentNotice(assigned));
        const hint = hints.atAgent();
        if (hint !== undefined) notice(hint);
      },
      onFailure,
    },
  );
  const hints = new Hints(context.agentId === undefined ? wish.kind : undefined);
  try {
    await dialogue.open();
    const limit = context.connection.nc.info?.max_payload ?? Number.POSITIVE_INFINITY;
    const result = await runPiped({ input: stdin, dialogue, notice, limit, signal });
    if (!end.signal.aborted) return result;
    if (isSystemError(end.signal.reason, 'EPIPE')) return { ...result, exit: READER_GONE };
    throw end.signal.reason;
  } catch (error) {
    // Interrupted while it was looking for the agent: nothing was sent.
    if (context.signal.aborted) return { exit: 0, unanswered: 0 };
    throw error;
  } finally {
    end.abort();
    await dialogue.closed();
    stdout.off('error', onFailure);
  }
}
