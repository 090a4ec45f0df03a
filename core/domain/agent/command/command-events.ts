import { ERRORS, type ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import type { DataOf } from '../../../../schemas/event-catalogue.ts';
import { agentEvent, type EventContext, ofCommand } from '../agent-event.ts';
import type { AgentState, LiveAgent, PendingFile } from '../agent-state.ts';
import type { Overflowed } from './overflow.ts';

/** One of a message bears its correlation id: by that it is told from one of a command. */
export function rejectEvents(
  state: AgentState,
  commandId: string,
  code: ErrorCode,
  context: EventContext,
  detail?: string,
): NewEvent[] {
  const { meaning, cure } = ERRORS[code];
  const reason = detail === undefined ? meaning : `${meaning}: ${detail}`;
  const message = state.queue.find((pending) => pending.commandId === commandId);
  const { correlationId } = message ?? {};
  const cause = { id: commandId, causationId: commandId, ...(correlationId && { correlationId }) };
  const data = { commandId, code, reason, cure };
  return [agentEvent(state.agentId, 'process.rejected', data, cause, context)];
}

/** Of one batch, which holds 1,000 events (`publishBatch`): the end of an agent is in it, too. */
export const REFUSED_AT_ONCE = 500;

/** Nothing that was asked stays without an outcome: the first of what waits, at most 500. */
export function rejectQueueEvents(
  state: AgentState,
  code: ErrorCode,
  detail: string | undefined,
  context: EventContext,
): NewEvent[] {
  return state.queue
    .slice(0, REFUSED_AT_ONCE)
    .flatMap(({ commandId }) => rejectEvents(state, commandId, code, context, detail));
}

/** Messages behind so many: those that came first wait on. */
export const refuseQueueEvents = (
  state: AgentState,
  behind: number,
  context: EventContext,
): NewEvent[] =>
  state.queue
    .slice(behind, behind + REFUSED_AT_ONCE)
    .flatMap(({ commandId }) =>
      rejectEvents(state, commandId, 'ORC_QUEUE_FULL', context, `${behind} messages wait already`),
    );

/** Each by its place, which tells the fold how far it has come. */
export function refuseOverflowEvents(
  { agentId }: AgentState,
  commands: readonly Overflowed[],
  code: ErrorCode,
  context: EventContext,
): NewEvent[] {
  const { meaning: reason, cure } = ERRORS[code];
  return commands.slice(0, REFUSED_AT_ONCE).map(({ commandId, sequence, correlationId }) => {
    const cause = {
      // The same command may have come twice.
      id: `${commandId}:${sequence}`,
      causationId: commandId,
      ...(correlationId !== undefined && { correlationId }),
    };
    const data = { commandId, code, reason, cure, at: sequence };
    return agentEvent(agentId, 'process.rejected', data, cause, context);
  });
}

/** Stated before it is begun: a command whose spawner dies is stated as ended, never run again. */
export function commandStartedEvents(
  state: LiveAgent,
  commandId: string,
  context: EventContext,
): NewEvent[] {
  const data = { runId: state.run.runId, commandId };
  const cause = ofCommand(commandId);
  return [agentEvent(state.agentId, 'process.command-started', data, cause, context)];
}

/** What a shell command came to; see `process.command-run`. */
export type CommandOutcome = Omit<DataOf<'process.command-run'>, 'commandId'>;

export function commandRunEvents(
  state: AgentState,
  commandId: string,
  outcome: CommandOutcome,
  context: EventContext,
): NewEvent[] {
  const cause = ofCommand(commandId);
  const data = { commandId, ...outcome };
  return [agentEvent(state.agentId, 'process.command-run', data, cause, context)];
}

export function fileWrittenEvents(
  state: LiveAgent,
  { commandId, path, content }: PendingFile,
  context: EventContext,
): NewEvent[] {
  const cause = ofCommand(commandId);
  const data = { commandId, path, bytes: Buffer.byteLength(content) };
  return [agentEvent(state.agentId, 'process.file-written', data, cause, context)];
}
