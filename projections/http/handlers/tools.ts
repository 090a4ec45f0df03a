import { createHash } from 'node:crypto';
import { publishEvent } from '../../../core/log/publish-event.ts';
import { untilStored } from '../../../core/log/until-stored.ts';
import { awaitEvent } from '../../../core/operator/await-event.ts';
import { stateOnce } from '../../../core/operator/state-once.ts';
import { isStatingTool, STATING_TOOLS } from '../../../schemas/agent-tools.ts';
import { dataProblem } from '../../../schemas/data-problem.ts';
import { ERRORS, type ErrorCode, OrchestratorError } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { type DataOf, type EventType, isEventType } from '../../../schemas/event-catalogue.ts';
import { agentEventId } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
import type { Speaker } from '../agent-speakers.ts';
import { Accepted } from '../answers.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import { doneInTime } from '../done-in-time.ts';

type Said = Extract<EventType, `response.${string}` | `tool.${string}.${string}` | 'turn.ready'>;

export const toolHandlers: HandlersOf<'callTool'> = {
  async callTool({ params: { tool }, body, waitMs, key, speaker, signal }, { log, connection }) {
    // The route is for agents: nobody comes here who is none.
    if (speaker === undefined) throw new OrchestratorError('ORC_CREDS');
    const type = isStatingTool(tool) ? STATING_TOOLS[tool] : `tool.${tool}`;
    const event = eventOf(type, body, eventId(speaker, type, key), speaker);
    requirePermitted(event, tool, speaker);
    // As the agent's own command publishes it, so that one of both is a repeat of the other.
    const isTheirs = key === undefined || speaker.proof !== undefined;
    const sequence = isTheirs ? await published(event, connection.nc) : await stateOnce(log, event);
    const stored = { id: event.id, sequence, state: 'stored' } as const;
    if (!hasResult(event)) return stored;
    let value: DataOf<'result'> | undefined;
    const isThere = await doneInTime(waitMs, async (ms) => {
      value = await resultOf(event.id, speaker.agentId, { timeoutMs: ms, signal, log });
    });
    if (!isThere || value === undefined) return new Accepted(stored);
    if (!value.ok) throw resultError(value.error);
    return { ...stored, state: 'done', value: value.value };
  },
};

/** The caller's own, or a fresh one; a token's holder claims no id that the agent itself will have. */
function eventId({ agentId, proof }: Speaker, type: string, key: string | undefined): string {
  if (proof !== undefined) return proof.id;
  const [family = '', name = ''] = type.split('.');
  if (key === undefined) return agentEventId(agentId, family === 'tool' ? 'call' : name);
  const digest = createHash('sha256').update(key).digest('base64url').slice(0, 22);
  return `${agentId}_http-${digest}`;
}

/** Throws ORC_BAD_INPUT where no reader would understand it, and ORC_TOO_LARGE. */
function eventOf(
  type: string,
  data: Record<string, unknown>,
  id: string,
  { agentId, maxBytes }: Speaker,
): NewEvent {
  const problem = dataProblem(isEventType(type) ? type : 'tool.declared', data);
  if (problem !== undefined) throw new OrchestratorError('ORC_BAD_INPUT', problem);
  const size = Buffer.byteLength(JSON.stringify(data));
  if (size > maxBytes) {
    const what = `The message has ${size} bytes; an agent may send ${maxBytes}`;
    throw new OrchestratorError('ORC_TOO_LARGE', what);
  }
  const meta = { id, source: `orchestrator/agent/${agentId}`, now: new Date() };
  // A declared tool has a type of its own, and a tool that is none is refused by the services, with a reason.
  return newEvent(type as Said, { agentId }, data as DataOf<Said>, meta);
}

/** Throws ORC_TOOL_NOT_ALLOWED. */
function requirePermitted({ subject }: NewEvent, tool: string, speaker: Speaker): void {
  const [name = ''] = tool.split('.');
  const isOwn = tool === 'ready' || tool === 'turn.end';
  const right = isStatingTool(tool) ? 'respond' : name;
  if (speaker.proof === undefined && isOwn) return;
  if (speaker.may(subject, right)) return;
  throw new OrchestratorError('ORC_TOOL_NOT_ALLOWED', `${speaker.agentId} may not use ${right}`);
}

async function published(event: NewEvent, nc: ApiContext['connection']['nc']): Promise<number> {
  const publish = () => publishEvent(nc, event);
  const { sequence } = await untilStored(publish, { patienceMs: SYSTEM_MS });
  return sequence;
}

/** A call has one; a question where somebody waits for its answer. */
const hasResult = ({ type, data }: NewEvent): boolean =>
  type.startsWith('tool.') || (type === 'response.question' && 'waitMs' in Object(data));

async function resultOf(
  callId: string,
  agentId: string,
  { log, timeoutMs, signal }: Pick<ApiContext, 'log'> & { timeoutMs: number; signal: AbortSignal },
): Promise<DataOf<'result'>> {
  const filter = subjectOf({ family: 'result', agentId, callId });
  const wanted = { of: { filter }, from: 1, timeoutMs, what: 'the result', signal };
  return awaitEvent(log, wanted, (event) => (event.type === 'result' ? event.data : undefined));
}

function resultError({ code, message }: { code: string; message: string }): OrchestratorError {
  const isKnown = (text: string): text is ErrorCode => Object.hasOwn(ERRORS, text);
  return new OrchestratorError(isKnown(code) ? code : 'ORC_INTERNAL', message);
}
