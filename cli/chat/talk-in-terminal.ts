import type { Readable, Writable } from 'node:stream';
import { asOrchestratorError } from '../../schemas/errors.ts';
import { showsStyle } from '../terminal-output.ts';
import { ChatSession } from './chat-session.ts';
import { CtrlC } from './ctrl-c.ts';
import { Hints } from './hints.ts';
import { JobQuestions } from './job-questions.ts';
import { LineTerminal } from './line-terminal.ts';
import { agentNotice } from './notices.ts';
import { OpenQuestion } from './open-question.ts';
import { renderHappening } from './render-happening.ts';
import { prepareTalk, type TalkContext } from './talk-context.ts';

export interface TerminalStreams {
  stdin: Readable;
  stdout: Writable;
  env: Record<string, string | undefined>;
  /** What ends with the chat: `the chat and the system`. */
  ends: string;
}

/** A chat in the terminal, until the person or the signal ends it. */
export async function talkInTerminal(
  context: TalkContext,
  { stdin, stdout, env, ends }: TerminalStreams,
): Promise<void> {
  const end = new AbortController();
  const stop = () => end.abort();
  const signal = AbortSignal.any([context.signal, end.signal]);
  const question = new OpenQuestion();
  let failure: { error: unknown } | undefined;
  const beside = (text: string | undefined) => {
    if (text !== undefined) terminal.print(text, { dim: true });
  };
  const talk = await prepareTalk(
    { ...context, signal },
    {
      show: async (happening) => {
        const shown = renderHappening(happening);
        if (shown !== undefined) terminal.print(shown.text, shown);
        beside(hints.at(happening));
      },
      hear: (happening) => question.happened(happening),
      onAgent: (assigned) => {
        beside(agentNotice(assigned));
        beside(hints.atAgent());
      },
      onFailure: (error) => {
        failure = { error };
        stop();
      },
    },
  );
  const hints = new Hints(context.agentId === undefined ? talk.wish.kind : undefined);
  const print = (text: string) => terminal.print(text);
  const jobs = new JobQuestions({ ...talk, print, signal });
  const session = new ChatSession({ ...talk, question, jobs, print });
  const enter = (text: string) => void session.enter(text).then((goesOn) => goesOn || stop());
  const ctrlC = new CtrlC({
    isBusy: () => talk.dialogue.isBusy,
    interrupt: () => enter('/interrupt'),
    end: stop,
    ends,
    say: beside,
  });
  const terminal = new LineTerminal({
    input: stdin,
    output: stdout,
    style: showsStyle(stdout, env),
    onText: (text) => {
      ctrlC.entered();
      enter(text);
    },
    onInterrupt: () => ctrlC.pressed(),
    onEnd: stop,
  });
  signal.addEventListener('abort', () => terminal.close(), { once: true });
  try {
    beside(`/help lists the commands; Ctrl-D ends ${ends}.`);
    await talk.dialogue.open();
    const asking = jobs.run().catch((error: unknown) => {
      if (signal.aborted) return;
      failure = { error };
      stop();
    });
    await aborted(signal);
    await asking;
  } catch (error) {
    if (!signal.aborted) failure = { error };
  } finally {
    stop();
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
