import type { Readable, Writable } from 'node:stream';
import { EXIT } from '../../schemas/errors.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { talkInTerminal } from '../chat/talk-in-terminal.ts';
import { talkOverPipe } from '../chat/talk-over-pipe.ts';
import type { InputKind } from './input-kind.ts';

export interface ModeOptions {
  environment: NodeJS.ProcessEnv;
  inputKind: InputKind;
  /** What ends with a chat, for people. */
  ends: string;
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
}

/** What the system is run for: a chat, the lines of a pipe, or whoever comes. The exit code. */
export async function runMode(
  options: ModeOptions,
  talk: TalkContext,
  interruption: { readonly exitCode: number | undefined },
): Promise<number> {
  switch (options.inputKind) {
    case 'terminal':
      await talkInTerminal(talk, { ...options, env: options.environment });
      return EXIT.done;
    case 'lines': {
      const { exit, unanswered } = await talkOverPipe(talk, options);
      return unanswered > 0 ? (interruption.exitCode ?? exit) : exit;
    }
    case 'none':
      options.stderr.write(`serving ${talk.paths.root}; SIGINT or SIGTERM ends it\n`);
      return serve(talk.signal);
  }
}

function serve(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(EXIT.done);
    signal.addEventListener('abort', () => resolve(EXIT.done), { once: true });
  });
}
