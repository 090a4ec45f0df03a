import type { Readable, Writable } from 'node:stream';
import { asOrchestratorError } from '../../schemas/errors.ts';
import { ChatSession } from './chat-session.ts';
import { LineTerminal } from './line-terminal.ts';
import { agentNotice } from './notices.ts';
import { renderHappening } from './render-happening.ts';
import { prepareTalk, type TalkContext } from './talk-context.ts';

export interface TerminalStreams {
  stdin: Readable;
  stdout: Writable;
}

/** A chat in the terminal, until the person or the signal ends it. */
export async function talkInTerminal(
  context: TalkContext,
  { stdin, stdout }: TerminalStreams,
): Promise<void> {
  const end = new AbortController();
  const signal = AbortSignal.any([context.signal, end.signal]);
  let failure: { error: unknown } | undefined;
  const talk = await prepareTalk(
    { ...context, signal },
    {
      show: async (happening) => {
        const shown = renderHappening(happening);
        if (shown !== undefined) terminal.print(shown.text, shown);
      },
      onAgent: (assigned) => terminal.print(agentNotice(assigned), { dim: true }),
      onFailure: (error) => {
        failure = { error };
        end.abort();
      },
    },
  );
  const session = new ChatSession({ ...talk, print: (text) => terminal.print(text) });
  const terminal = new LineTerminal({
    input: stdin,
    output: stdout,
    onText: (text) => void session.enter(text).then((goesOn) => goesOn || end.abort()),
    onEnd: () => end.abort(),
  });
  signal.addEventListener('abort', () => terminal.close(), { once: true });
  try {
    terminal.print('/help lists the commands; Ctrl-D ends the chat.', { dim: true });
    await talk.dialogue.open();
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) failure = { error };
  } finally {
    end.abort();
    await talk.dialogue.closed();
  }
  if (failure !== undefined) throw asOrchestratorError(failure.error);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
