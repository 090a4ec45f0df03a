import type { RawData, WebSocket } from 'ws';
import { followConversation } from '../../core/conversation/conversation.ts';
import { giveCommand } from '../../core/operator/give-command.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { type ChatRequest, chatRequest } from '../../schemas/http/chat-frames.ts';
import { asToken, derivedId } from '../../schemas/ids.ts';
import type { ApiContext } from './api-context.ts';
import { ChatSocket, type ChatSocketOptions } from './chat-socket.ts';
import { givenBy } from './handlers/agents.ts';
import { problemOf } from './problem.ts';

export interface Chat extends ChatSocketOptions {
  agentId: string;
  /** The place in the log behind which the talk is told; what comes from now on without. */
  after: number | undefined;
  /** Counts what the client sends; throws ORC_RATE_LIMIT. */
  count: () => void;
}

/** RFC 6455, 7.4.1, and the registry of IANA: going away; try again later. */
const GOING_AWAY = 1001;
const TRY_AGAIN = 1013;

/**
 * A talk with one agent both ways, until either end goes. What the client sends is acknowledged when it is
 * stored, in the order in which it came; what is broken or refused gets one frame that says why.
 * Never rejects.
 */
export async function serveChat(socket: WebSocket, chat: Chat, api: ApiContext): Promise<void> {
  const out = new ChatSocket(socket, chat);
  const signal = AbortSignal.any([api.signal, out.gone]);
  const requests = new SerialQueue();
  socket.on('message', (data, isBinary) => {
    // A failure to tell of it is the connection's.
    requests.run(() => answer(data, isBinary, chat, api, out)).catch(() => undefined);
  });
  try {
    await tell(out, chat, api, signal);
    if (!out.gone.aborted) out.close(GOING_AWAY, 'the service ends');
  } catch (error) {
    const { body } = problemOf(error);
    if (body.code === 'ORC_INTERNAL') api.logger.error({ err: error }, 'a chat ended');
    out.send({ type: 'error', problem: body }).catch(() => undefined);
    out.close(TRY_AGAIN, body.code);
  }
}

async function tell(
  out: ChatSocket,
  { agentId, after: wanted }: Chat,
  { log }: ApiContext,
  signal: AbortSignal,
): Promise<void> {
  const after = wanted ?? (await log.lastSequence('EVENTS'));
  await out.send({ type: 'open', agentId, sequence: after });
  // Folded from its beginning: what is said in a turn tells which messages it serves.
  for await (const { happenings } of followConversation({ log, agentId, from: 1, signal })) {
    for (const { kind, ...happening } of happenings) {
      if (happening.sequence > after) await out.send({ ...happening, type: kind });
      if (signal.aborted) return;
    }
  }
}

async function answer(
  data: RawData,
  isBinary: boolean,
  chat: Chat,
  api: ApiContext,
  out: ChatSocket,
): Promise<void> {
  let id: string | undefined;
  try {
    chat.count();
    const request = understood(data, isBinary);
    id = request.id;
    const given = await give(request, chat.agentId, api);
    await out.send({ type: 'stored', ...(id !== undefined && { id }), ...given });
  } catch (error) {
    const { body } = problemOf(error);
    if (body.code === 'ORC_INTERNAL') api.logger.error({ err: error }, 'a frame failed');
    await out.send({ type: 'error', ...(id !== undefined && { id }), problem: body });
  }
}

/** Throws ORC_BAD_INPUT for what is no frame of a client. */
function understood(data: RawData, isBinary: boolean): ChatRequest {
  if (isBinary) throw new OrchestratorError('ORC_BAD_INPUT', 'A frame is text, of JSON');
  const parsed = chatRequest.safeParse(jsonOf(String(data)));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue?.path.join('.') || 'frame';
  throw new OrchestratorError('ORC_BAD_INPUT', `${place}: ${issue?.message}`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OrchestratorError('ORC_BAD_INPUT', 'frame: no JSON');
  }
}

function give(request: ChatRequest, agentId: string, { log, settings }: ApiContext) {
  const { ORCHESTRATOR_MESSAGE_MODE: usual } = settings;
  switch (request.type) {
    case 'message': {
      const { text, mode = usual } = request;
      return giveCommand(log, agentId, 'command.send', { text, mode }, named(request.id));
    }
    case 'answer': {
      const { text, questionId } = request;
      const id = request.id ?? derivedId('answer-', questionId, text);
      const data = { text, mode: usual, answers: questionId };
      return giveCommand(log, agentId, 'command.send', data, named(id));
    }
    case 'interrupt':
      return giveCommand(log, agentId, 'command.interrupt', {}, named(request.id));
    default:
      return request satisfies never;
  }
}

/** As the `Idempotency-Key` of a POST: the same message by either way is one. */
const named = (id: string | undefined) =>
  givenBy({ key: id === undefined ? undefined : asToken(`http-${id}`), traceparent: undefined });
