import { ERRORS, type ErrorCode } from '../../schemas/errors.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { OWNER, RUN } from './agent-events.ts';
import { AGENT, CONTEXT } from './decider.ts';

/** An event as a test expects it of the spawner, spelled here without the code that makes it. */
export interface StatedEvent {
  id: string;
  type: EventType;
  source: string;
  time: string;
  subject: string;
  data: unknown;
  correlationId?: string;
  causationId?: string;
  schedule?: { at: Date; target: string };
}

type Own = Pick<StatedEvent, 'id' | 'correlationId' | 'causationId'>;

/** An event of {@link AGENT}, stated at the moment of {@link CONTEXT}. */
export const stated = <T extends EventType>(type: T, data: DataOf<T>, own: Own): StatedEvent => ({
  type,
  source: 'orchestrator/spawner',
  time: CONTEXT.now.toISOString(),
  subject: `agents.${AGENT}.${type}`,
  data,
  ...own,
});

const BY_RUN = { correlationId: 'create-1', causationId: RUN };

/** Of the run of `READY`, under an id that ends like this; the run's own id without. */
export const statedOfRun = <T extends EventType>(type: T, data: DataOf<T>, key = RUN) =>
  stated(type, data, { id: `${type}:${key}`, ...BY_RUN });

/** Of what a command came to. */
export const statedOfCommand = <T extends EventType>(type: T, data: DataOf<T>, id: string) =>
  stated(type, data, { id: `${type}:${id}`, correlationId: id, causationId: id });

const told = (code: ErrorCode, detail?: string) => {
  const { meaning, cure } = ERRORS[code];
  return { code, reason: detail === undefined ? meaning : `${meaning}: ${detail}`, cure };
};

export const statedRejection = (commandId: string, code: ErrorCode, detail?: string) =>
  statedOfCommand('process.rejected', { commandId, ...told(code, detail) }, commandId);

/** Of the turn of a message, as `turnStarted` opens it. */
export const statedFailure = (commandId: string, code: ErrorCode, detail?: string) => {
  const turnId = `turn-of-${commandId}`;
  const own = { id: `turn.over:${turnId}`, correlationId: commandId, causationId: turnId };
  return stated('turn.failed', { turnId, ...told(code, detail) }, own);
};

/** Its owner has no agent any more. */
export const statedRelease = (reason: string): StatedEvent => ({
  ...stated(
    'user.agent-released',
    { agentId: AGENT, reason },
    {
      id: `user.agent-released:${AGENT}`,
      correlationId: 'create-1',
      causationId: 'create-1',
    },
  ),
  subject: `users.${OWNER.channel}.${OWNER.userId}.agent-released`,
});

/** A timer: what it becomes when it is due, and where it waits until then. */
export const scheduled = (event: StatedEvent, subject: string, at: string): StatedEvent => ({
  ...event,
  subject,
  schedule: { at: new Date(at), target: event.subject },
});
