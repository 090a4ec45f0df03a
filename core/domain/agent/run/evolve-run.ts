import type { StoredEventOf } from '../../../../schemas/event.ts';
import type { EventType } from '../../../../schemas/event-catalogue.ts';
import type { EarlierLife } from '../../../../schemas/events/earlier-life.ts';
import {
  type AgentState,
  awake,
  type EndedAgent,
  isLive,
  type LiveAgent,
  type PendingResume,
  type RequestedAgent,
  type Snapshot,
  waiting,
} from '../agent-state.ts';
import { settle, withControl } from '../command/evolve-command.ts';
import type { EvolveBy } from '../evolve-by.ts';
import { endDetail, withLeft } from './end-detail.ts';
import { onMuted, onUnmuted } from './evolve-muted.ts';
import { madeAs } from './made-as.ts';

type SnapshotData = NonNullable<EarlierLife['snapshots']>[number];

/** An agent's life: its creation, its runs with their time, and its end. */
export const evolveByRun = {
  'command.create': onCreate,
  'process.starting': onStarting,
  'process.released': onReleased,
  'process.ready': onReady,
  'turn.ready': (state, { data }) => (isLive(state) ? { ...state, saidReady: data } : state),
  'process.start-failed': onStartFailed,
  'process.paused': onPaused,
  'process.muted': onMuted,
  'process.unmuted': onUnmuted,
  'process.extended': onExtended,
  'timer.ttl': onTimeOver,
  'process.stopping': onStopping,
  'process.stopped': onProcessEnd,
  'process.exited': onProcessEnd,
  'process.lost': onProcessEnd,
  'process.deleted': onDeleted,
  'command.resume': onResume,
  'process.resumed': onResumed,
  'process.home-due': (state, { data }) =>
    isEndOf(state, data) ? { ...state, homeDue: data.removeAt } : state,
  'process.home-removed': (state, { data }) =>
    isEndOf(state, data) ? { ...state, homeRemoved: true } : state,
} satisfies Partial<EvolveBy<EventType>>;

function onCreate(state: AgentState, event: StoredEventOf<'command.create'>): AgentState {
  if (state.phase !== 'unknown') {
    return withControl(state, { commandId: event.id, name: 'create' }, event);
  }
  return {
    phase: 'requested',
    agentId: state.agentId,
    ...madeAs(event.data),
    createdAt: event.time,
    createdBy: event.id,
    ...waiting(state),
    counts: { messages: 0, answers: 0, turns: 0, failed: 0 },
  };
}

function onStarting(state: AgentState, event: StoredEventOf<'process.starting'>): AgentState {
  const { runId, node, epoch, runtime, expiresAt, place, holder, memory } = event.data;
  const owner = { node, epoch, ...(place && { place }), ...(holder && { holder }) };
  if (isLive(state)) {
    if (state.run.runId !== runId || epoch <= state.run.epoch) return state;
    // A takeover: the same run under a new owner.
    const { released, place: _place, holder: _holder, ...run } = state.run;
    return { ...state, run: { ...run, ...owner } };
  }
  if (state.phase !== 'requested') return state;
  const { resumed, ...requested } = state;
  const of = {
    runId,
    runtime,
    startedAt: event.time,
    expiresAt,
    ...(resumed && { resumed }),
    ...(memory && { forked: memory }),
  };
  return {
    ...requested,
    phase: 'starting',
    run: { ...of, ...owner },
    turn: null,
    idleSince: event.time,
    expired: false,
    interrupted: false,
  };
}

function onReleased(state: AgentState, event: StoredEventOf<'process.released'>): AgentState {
  const { runId, epoch } = event.data;
  if (!isLive(state) || state.run.runId !== runId || state.run.epoch !== epoch) return state;
  return { ...state, run: { ...state.run, released: true } };
}

function onReady(state: AgentState, event: StoredEventOf<'process.ready'>): AgentState {
  if (state.phase !== 'starting' || state.run.runId !== event.data.runId) return state;
  const { pid } = event.data;
  return { ...state, phase: 'ready', run: { ...state.run, ...(pid !== undefined && { pid }) } };
}

function onStartFailed(
  state: AgentState,
  event: StoredEventOf<'process.start-failed'>,
): AgentState {
  if (state.phase !== 'requested' && state.phase !== 'starting') return state;
  return ended(state, event.time, {
    how: 'start-failed',
    detail: withLeft(event.data.reason, event.data.left),
    code: null,
    signal: null,
  });
}

function onPaused(state: AgentState, event: StoredEventOf<'process.paused'>): AgentState {
  if (!isLive(state) || state.run.runId !== event.data.runId) return state;
  return { ...state, run: { ...state.run, paused: true } };
}

function onStopping(state: AgentState, event: StoredEventOf<'process.stopping'>): AgentState {
  if (!isLive(state) || state.run.runId !== event.data.runId) return state;
  const { reason, step } = event.data;
  return { ...awake(state), phase: 'stopping', reason, step };
}

function onProcessEnd(
  state: AgentState,
  event: StoredEventOf<'process.stopped' | 'process.exited' | 'process.lost'>,
): AgentState {
  if (!isLive(state) || state.run.runId !== event.data.runId) return state;
  const how =
    event.type === 'process.stopped'
      ? 'stopped'
      : event.type === 'process.exited'
        ? 'exited'
        : 'lost';
  const code = 'code' in event.data ? event.data.code : null;
  const signal = 'signal' in event.data ? event.data.signal : null;
  const outOfMemory = 'outOfMemory' in event.data && event.data.outOfMemory;
  const detail =
    'reason' in event.data ? event.data.reason : endDetail({ code, signal, outOfMemory });
  const { left } = event.data;
  return ended(state, event.time, { how, detail: withLeft(detail, left), code, signal });
}

function ended(
  state: LiveAgent | RequestedAgent,
  endedAt: string,
  end: EndedAgent['end'],
): EndedAgent {
  const { agentId, createdAt, createdBy, counts, running } = state;
  const { earlierRuns, revoked, snapshots } = state;
  const said = state.said && { events: state.said.events, bytes: state.said.bytes };
  // Whoever asked for a stop has it, whatever the reason.
  const controls = state.controls.filter((control) => control.name !== 'stop');
  return {
    phase: 'ended',
    agentId,
    ...madeAs(state),
    createdAt,
    createdBy,
    ...waiting(state),
    controls,
    counts,
    ...(running && { running }),
    ...(earlierRuns !== undefined && { earlierRuns }),
    ...(revoked && { revoked }),
    ...(said && { said }),
    ...(snapshots && { snapshots }),
    lastRun: 'run' in state ? state.run : null,
    endedAt,
    end,
    deleted: false,
  };
}

/** Also before that is begun. */
const isEnding = ({ phase, controls }: LiveAgent): boolean =>
  phase === 'stopping' || controls.some(({ name }) => name === 'stop' || name === 'delete');

/** One that lives, or is to, does so already. */
function onResume(state: AgentState, event: StoredEventOf<'command.resume'>): AgentState {
  const lives = (isLive(state) && !isEnding(state)) || state.phase === 'requested';
  if (lives) return state;
  const { name } = event.data;
  const control: PendingResume = { commandId: event.id, name: 'resume' };
  return withControl(state, name === undefined ? control : { ...control, as: name }, event);
}

/** Also of one that had left the state: all that it goes on with is in the event. */
function onResumed(state: AgentState, event: StoredEventOf<'process.resumed'>): AgentState {
  if (state.phase !== 'ended' && state.phase !== 'unknown') return state;
  const { was, memory, rewound, commandId } = event.data;
  const { createdAt, createdBy, counts, runs, said, snapshots, revoked } = was;
  const waits = waiting(state);
  return {
    phase: 'requested',
    agentId: state.agentId,
    ...madeAs(was),
    createdAt,
    createdBy,
    ...waits,
    controls: waits.controls.filter(
      (control) => control.name !== 'resume' && control.commandId !== commandId,
    ),
    counts,
    earlierRuns: runs,
    ...(said && { said }),
    ...(snapshots && { snapshots: snapshots.map(asSnapshot) }),
    ...(revoked && { revoked }),
    resumed: { sequence: event.sequence, memory, ...(rewound && { rewound }) },
  };
}

const asSnapshot = ({ turnId, commit, head, isOldest }: SnapshotData): Snapshot => ({
  turnId,
  commit,
  ...(head !== undefined && { head }),
  ...(isOldest && { isOldest }),
});

/** Of a later end it says nothing. */
const isEndOf = (state: AgentState, { endedAt }: { endedAt: string }): state is EndedAgent =>
  state.phase === 'ended' && state.endedAt === endedAt;

/** Of one that was archived only the command is left. */
function onDeleted(state: AgentState, { data }: StoredEventOf<'process.deleted'>): AgentState {
  if (state.phase === 'unknown') return settle(state, data.commandId);
  return state.phase === 'ended' ? { ...settle(state, data.commandId), deleted: true } : state;
}

function onExtended(state: AgentState, event: StoredEventOf<'process.extended'>): AgentState {
  const { commandId, expiresAt, runId } = event.data;
  const settled = commandId === undefined ? state : settle(state, commandId);
  if (!isLive(settled) || settled.run.runId !== runId) return settled;
  return { ...settled, expired: false, run: { ...settled.run, expiresAt } };
}

/** The timer of a time that was extended meanwhile says nothing. */
function onTimeOver(state: AgentState, { data }: StoredEventOf<'timer.ttl'>): AgentState {
  if (!isLive(state)) return state;
  const { runId, expiresAt } = state.run;
  return data.runId === runId && data.expiresAt === expiresAt ? { ...state, expired: true } : state;
}
