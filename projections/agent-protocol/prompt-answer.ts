import type { EventLog } from '../../core/log/event-log.ts';
import { awaitEvent } from '../../core/operator/await-event.ts';
import { awaitTurn, type Said } from '../../core/operator/await-turn.ts';
import { statedError } from '../../core/operator/command-outcome.ts';
import { type GivenCommand, giveCommand } from '../../core/operator/give-command.ts';
import { TurnOfMessage } from '../../core/operator/turn-of-message.ts';
import { asToken, derivedId } from '../../schemas/ids.ts';
import type { Settings } from '../../schemas/settings.ts';
import { promptText } from './prompt-request.ts';

/** Where an answer goes, chunk by chunk. */
export interface ChunkStream {
  /** It was taken, and goes on. */
  ack(commandId: string): void;
  response(text: string, file: object | undefined): void;
  /** Asks the caller; resolves with what it replies, or rejects when the signal aborts. */
  query(id: string, prompt: string, signal: AbortSignal): Promise<Uint8Array>;
}

export interface Prompt {
  agentId: string;
  payload: Uint8Array;
  /** The caller's own id (`Nats-Msg-Id`): a repeat under it is the same message. */
  key: string | undefined;
  traceparent: string | undefined;
}

interface PromptContext {
  log: EventLog;
  settings: Pick<Settings, 'ORCHESTRATOR_MESSAGE_MODE'>;
  signal: AbortSignal;
}

/** A turn has a deadline of its own, far before this. */
const LONGEST_MS = 24 * 60 * 60_000;

/** How long a caller may think about a question when nothing else goes on. */
const THINKING_MS = 10 * 60_000;

/**
 * Gives a prompt to its agent as a message, and tells what is said in its turn as it comes; of a repeat, what was said.
 * A question is asked of the caller, whose reply is the answer to it. Throws the error of what was refused or failed.
 */
export async function answerPrompt(
  prompt: Prompt,
  chunks: ChunkStream,
  context: PromptContext,
): Promise<void> {
  const { agentId, payload, key, traceparent } = prompt;
  const text = promptText(payload);
  const given = await give(
    agentId,
    { text },
    { key: key && asToken(`nats-${key}`), traceparent },
    context,
  );
  chunks.ack(given.commandId);
  let following: GivenCommand | undefined = given;
  while (following !== undefined) {
    following = await tellTurn(agentId, following, chunks, context);
  }
}

/** Tells a turn; the answer to a question of it that did not join it, whose turn comes next. */
async function tellTurn(
  agentId: string,
  { commandId, sequence: from }: GivenCommand,
  chunks: ChunkStream,
  context: PromptContext,
): Promise<GivenCommand | undefined> {
  const { log, signal } = context;
  const asked: Promise<GivenCommand | undefined>[] = [];
  const open = new AbortController();
  const gone = AbortSignal.any([signal, open.signal]);
  const ask = async (question: Said & { type: 'response.question' }) => {
    const { text, options } = question.data;
    const prompt = options === undefined ? text : `${text} (${options.join(' / ')})`;
    const reply = await chunks.query(question.id, prompt, gone).catch(() => undefined);
    if (reply === undefined) return undefined;
    const answer = promptText(reply);
    const id = derivedId('answer-', question.id, answer);
    return give(agentId, { text: answer, answers: question.id }, { key: id }, context);
  };
  try {
    const wanted = { agentId, commandId, from, timeoutMs: LONGEST_MS, signal };
    const told = await awaitTurn(log, wanted, (said) => {
      if (said.type === 'response.answer') chunks.response(said.data.text, said.data.file);
      else asked.push(ask(said));
      // What one fails with is told when the turn is over.
      asked.at(-1)?.catch(() => undefined);
    });
    const thinking = setTimeout(() => open.abort(), THINKING_MS);
    try {
      for (const answer of await Promise.all(asked)) {
        if (answer === undefined) continue;
        if ((await turnOf(agentId, answer, context)) !== told) return answer;
      }
      return undefined;
    } finally {
      clearTimeout(thinking);
    }
  } finally {
    open.abort();
    await Promise.allSettled(asked);
  }
}

/** The turn that a message joins, or opens: every message gets one. Throws where it is refused. */
function turnOf(
  agentId: string,
  { commandId, sequence: from }: GivenCommand,
  { log, signal }: PromptContext,
): Promise<string> {
  const turn = new TurnOfMessage(commandId);
  const wanted = { of: { agentId }, from, timeoutMs: LONGEST_MS, what: 'its turn', signal };
  return awaitEvent(log, wanted, (event) => {
    const meaning = turn.take(event);
    if (event.type === 'process.rejected' && meaning === 'rejected') throw statedError(event.data);
    return turn.turnId;
  });
}

async function give(
  agentId: string,
  data: { text: string; answers?: string },
  { key, traceparent }: { key?: string | undefined; traceparent?: string | undefined },
  { log, settings }: PromptContext,
): Promise<GivenCommand> {
  const mode = settings.ORCHESTRATOR_MESSAGE_MODE;
  const own = key === undefined ? {} : { id: key, at: new Date(), once: true };
  return giveCommand(log, agentId, 'command.send', { ...data, mode }, { ...own, traceparent });
}
