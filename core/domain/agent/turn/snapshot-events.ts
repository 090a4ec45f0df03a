import type { ErrorCode } from '../../../../schemas/errors.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import type { DataOf } from '../../../../schemas/event-catalogue.ts';
import { agentEvent, type EventContext, ofCommand } from '../agent-event.ts';
import type { LiveAgent } from '../agent-state.ts';
import { rejectEvents } from '../command/command-events.ts';
import type { TurnStep } from './next-turn-step.ts';

/** The snapshot as it was taken, or why there is none. */
export type SnapshotTold = Omit<DataOf<'turn.snapshot'>, 'turnId'> | { failed: string };

/** What was taken back, or why not. */
export type UndoTold = { files: number } | { refused: ErrorCode; detail?: string };

/** Of both outcomes one is stored: they have the same id. */
export function snapshotEvents(
  { agentId }: LiveAgent,
  { turnId, correlationId }: TurnStep & { do: 'snapshot' },
  told: SnapshotTold,
  context: EventContext,
): NewEvent[] {
  const cause = {
    id: turnId,
    eventId: `turn.snapshot:${turnId}`,
    causationId: turnId,
    ...(correlationId !== undefined && { correlationId }),
  };
  if ('failed' in told) {
    const data = { turnId, reason: told.failed };
    return [agentEvent(agentId, 'turn.snapshot-failed', data, cause, context)];
  }
  return [agentEvent(agentId, 'turn.snapshot', { turnId, ...told }, cause, context)];
}

export function undoEvents(
  state: LiveAgent,
  { commandId, last, before, to }: TurnStep & { do: 'undo' },
  told: UndoTold,
  context: EventContext,
): NewEvent[] {
  if ('refused' in told) {
    return rejectEvents(state, commandId, told.refused, context, told.detail);
  }
  const data = {
    runId: state.run.runId,
    commandId,
    turnId: last.turnId,
    ...(to !== undefined && { to }),
    ...(before && { commit: before.commit }),
    files: told.files,
  };
  return [agentEvent(state.agentId, 'process.undone', data, ofCommand(commandId), context)];
}
