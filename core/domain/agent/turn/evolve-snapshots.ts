import type { StoredEventOf } from '../../../../schemas/event.ts';
import { MAX_SNAPSHOTS } from '../../../../schemas/limits.ts';
import { type AgentState, awake, isLive, type Snapshot } from '../agent-state.ts';
import { settle } from '../command/evolve-command.ts';

/** After a turn in a project its files are to be looked at. */
export const dueOf = (event: StoredEventOf<'turn.ended' | 'turn.failed'>) => ({
  turnId: event.data.turnId,
  ...(event.correlationId !== undefined && { correlationId: event.correlationId }),
});

/**
 * Is the work that the user has the answer to kept? Not while the turn of that answer has not ended, and not
 * before its files were looked at.
 */
export const isAnsweredWorkKept = (state: AgentState | undefined): boolean =>
  state === undefined ||
  !isLive(state) ||
  state.project === undefined ||
  (state.snapshotDue === undefined && !(state.turn && state.turn.answers > 0));

export function onSnapshot(
  state: AgentState,
  { data }: StoredEventOf<'turn.snapshot'>,
): AgentState {
  const settled = withoutDue(state, data.turnId);
  if (!isLive(settled)) return settled;
  const { turnId, commit, head } = data;
  const snapshot: Snapshot = { turnId, commit, ...(head !== undefined && { head }) };
  return { ...settled, snapshots: bounded([...(settled.snapshots ?? []), snapshot]) };
}

function bounded(all: readonly Snapshot[]): readonly Snapshot[] {
  const [oldest, ...others] = all.slice(-MAX_SNAPSHOTS);
  return all.length <= MAX_SNAPSHOTS || oldest === undefined
    ? all
    : [{ ...oldest, isOldest: true }, ...others];
}

/** Whatever came of it: it is not looked at again. */
export function withoutDue(state: AgentState, turnId: string): AgentState {
  if (!isLive(state) || state.snapshotDue?.turnId !== turnId) return state;
  const { snapshotDue: _due, ...rest } = state;
  return rest;
}

/** The turn is as if it had not been: the one before it is the last, or the one that was rewound to. */
export function onUndone(state: AgentState, { data }: StoredEventOf<'process.undone'>): AgentState {
  const settled = withoutFiles(state, data.commandId);
  if (!isLive(settled)) return settled;
  const all = settled.snapshots;
  const to = all?.findIndex(({ turnId }) => turnId === data.to) ?? -1;
  const snapshots =
    to < 0 ? all?.filter(({ turnId }) => turnId !== data.turnId) : all?.slice(0, to + 1);
  return { ...awake(settled), ...(snapshots && { snapshots }) };
}

/** What is left of a rewind waits on; any other command has its outcome. */
function withoutFiles(state: AgentState, commandId: string): AgentState {
  const rewind = state.controls.find((control) => control.commandId === commandId);
  if (rewind?.name !== 'rewind' || !rewind.conversation) return settle(state, commandId);
  const { files: _done, ...rest } = rewind;
  const controls = state.controls.map((control) => (control === rewind ? rest : control));
  return { ...state, controls };
}
