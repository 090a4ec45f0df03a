import type { ErrorCode } from '../../../schemas/errors.ts';
import type { ForkedFrom, WhatIf } from '../../../schemas/events/command.ts';
import type { FileReference } from '../../../schemas/events/file.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import type { StopReason } from '../../../schemas/events/process.ts';
import type { AgentProject } from '../../../schemas/events/project.ts';
import type { Said } from './run/said.ts';

/** A `send` that no turn has taken yet, or that its turn has not delivered yet. */
export interface PendingMessage {
  commandId: string;
  text: string;
  mode: 'join' | 'wait' | 'interrupt';
  from?: Person;
  files?: FileReference[];
  correlationId: string;
  /** Below the message's own span; absent where it came without a trace. */
  traceparent?: string;
}

/** A command other than `create` and `send` that has no outcome yet. */
export type PendingControl =
  | PendingLifeControl
  | { commandId: string; name: 'interrupt' }
  | PendingRefusal
  | PendingRun
  | PendingFile
  | { commandId: string; name: 'undo' }
  | PendingResume
  | PendingRewind;

/** The agent is to live longer, or to end. */
export interface PendingLifeControl {
  commandId: string;
  name: 'extend' | 'stop' | 'delete';
  ttlMs?: number;
}

/** One that has ended is to go on; `as`: what it is called from then on. */
export interface PendingResume {
  commandId: string;
  name: 'resume';
  as?: string;
}

/** It is to be as at the end of a turn; what is done of it already is absent. */
export interface PendingRewind {
  commandId: string;
  name: 'rewind';
  turnId: string;
  /** Of the event that ended that turn. */
  sequence: number;
  conversation?: true | undefined;
  files?: true | undefined;
}

/** What came too late: a second `create`, an answer to a question that is closed. */
export interface PendingRefusal {
  commandId: string;
  name: 'create' | 'late-answer';
}

/** A shell command that is to be run, or runs. */
export interface PendingRun {
  commandId: string;
  name: 'run';
  commandLine: string;
  timeoutMs: number;
}

/** A file that is to be written; `path` is relative to the agent's home. */
export interface PendingFile {
  commandId: string;
  name: 'file';
  path: string;
  content: string;
}

/** A tool call that has no result yet. */
export interface PendingCall {
  callId: string;
  /** Its place in the log: an agent may give the same id to two calls. */
  sequence: number;
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  /** Set where the call is none that can be done: unknown, or with arguments that do not fit. */
  refused?: { code: ErrorCode; message: string };
}

/** A question whose asker waits for its result (`ask --wait`). */
export interface PendingQuestion {
  questionId: string;
  /** Its place in the log: an agent may give the same id to two questions. */
  sequence: number;
  /** When nobody waits any more. */
  until: string;
  /** The first message that answers it. */
  answer?: PendingMessage;
  /** Its time is over, and no answer came before. */
  overdue?: true;
}

export interface Run {
  runId: string;
  node: string;
  epoch: number;
  runtime: string;
  startedAt: string;
  expiresAt: string;
  pid?: number;
  /** Where it lives; runs of older versions do not say: see {@link placeOf}. */
  place?: string;
  /** The process of its node that owns it. */
  holder?: string;
  /** Its container is frozen, since it was idle. */
  paused?: true;
  /** Its owner has given it away. */
  released?: true;
  /** Of a run that goes on with an earlier one. */
  resumed?: Resumed;
  /** Of the first run of a fork: what it knows by. */
  forked?: 'session' | 'digest';
}

export interface Resumed {
  /** Place in the log of `process.resumed`: what was said before is what it goes on with. */
  sequence: number;
  memory: 'session' | 'digest';
  /** It goes on from the end of this turn: what came later was rewound. */
  rewound?: Rewound;
}

/** A turn, and where its end stands in the log. */
export interface Rewound {
  turnId: string;
  sequence: number;
}

/** A user of the server whose credentials count no more, and when they have expired by themselves. */
export interface RevokedUser {
  user: string;
  expires: string;
}

/** An older version's node bore the name of its place. */
export const placeOf = (run: Run): string => run.place ?? run.node;

/** From `turn.started` to exactly one of `turn.ended` and `turn.failed`. */
export interface Turn {
  turnId: string;
  startedAt: string;
  deadlineAt: string;
  /** The commands that it serves, in order. */
  messages: string[];
  /** What its first message began with, where that is not the message itself. */
  correlationId?: string;
  /** As its first message has it. */
  traceparent?: string;
  /** The message that it has taken and not written yet. */
  undelivered: PendingMessage | null;
  answers: number;
  questions: number;
  nudged: boolean;
  /** The agent said that its turn has ended, since the last message or nudge. */
  signalled: boolean;
  /** How many messages of its run the agent had taken when it last said so; absent where it did not count. */
  taken?: number;
  overdue: boolean;
  /** What its CLI said last when it signalled the end, before a nudge and after it. */
  lastWords?: string;
  /** The agent said that it came to nothing. */
  problem?: { code: string; detail: string };
  /** While it ran, the agent was not heard for a time, and why. */
  muted?: string;
}

/** An agent that is over its quota: its credential does not count. */
export interface Muted {
  at: string;
  code: string;
  reason: string;
  cure: string;
  /** Absent: until its quota is raised. */
  until?: string;
}

/**
 * So many questions and calls without a result are kept of an agent. Its owner refuses them from its
 * quota on, which is less; what comes beyond this has no result.
 */
export const MAX_WAITING = 1_000;

/** The texts of what waits for one agent are kept up to so many characters. */
export const MAX_WAITING_TEXT = 32 * 1024 * 1024;

/** A turn takes so many messages; what comes then waits for the next. */
export const MAX_TURN_MESSAGES = 1_000;

/** So many shell commands of one agent run at a time. */
export const MAX_RUNNING = 100;

/**
 * Commands that came while as much waited as the state keeps of one agent: the log has them, between
 * these places. Its owner refuses them before it does anything else.
 */
export interface Overflow {
  from: number;
  to: number;
}

/** The files at the end of a turn, as a commit that the agent's project keeps. */
export interface Snapshot {
  turnId: string;
  commit: string;
  /** Where the agent's own branch was. */
  head?: string;
  /** The one before it is not kept in mind any more, so its turn cannot be taken back. */
  isOldest?: true;
}

interface Known {
  agentId: string;
  kind: string;
  /** Absent where whoever created it gave none. */
  name?: string;
  owner?: Person;
  commandLine?: string;
  /** As its `create` names them. */
  model?: string;
  effort?: string;
  /** The project that it works in. */
  project?: AgentProject;
  /** By a job, for an agent that asked for it. */
  ordered?: { jobId: string; by?: string | undefined; depth: number };
  /** The agent and the turn that it is a fork of. */
  forkedFrom?: ForkedFrom;
  /** The turn that it runs otherwise. */
  whatIf?: WhatIf;
  /** The tools that its `create` names; without, all that the system allows. */
  allowedTools?: readonly string[];
  ttlMs: number;
  turnDeadlineMs: number;
  createdAt: string;
  createdBy: string;
  queue: PendingMessage[];
  controls: PendingControl[];
  calls: PendingCall[];
  counts: { messages: number; answers: number; turns: number; failed: number };
  /** Shell commands that were started and have no outcome yet; absent where there is none. */
  running?: PendingRun[];
  /** Absent while there is room. */
  overflow?: Overflow;
  /** Runs that it had before the present or last one; absent for none. */
  earlierRuns?: number;
  /** Of these; absent for none. */
  revoked?: readonly RevokedUser[];
  /** Absent while it has said nothing. */
  said?: Said;
  /** The last of them, the newest last; absent for none. */
  snapshots?: readonly Snapshot[];
}

interface WithRun extends Known {
  run: Run;
  turn: Turn | null;
  /** When the last turn ended, or the run began: its TTL is counted from here. */
  idleSince: string;
  /** Its TTL timer fired for the present `run.expiresAt`. */
  expired: boolean;
  /** An interrupt was passed on in this turn. */
  interrupted: boolean;
  /** How many messages and reminders were written to its stdin; absent for none. */
  written?: number;
  /** What the agent said of its own readiness. */
  saidReady?: { problem?: string | undefined };
  /** Questions that somebody waits on; absent while there were none. */
  questions?: PendingQuestion[];
  /** The last of those that have their outcome. */
  closedQuestions?: string[];
  muted?: Muted;
  /** A turn in its project has ended, and nobody has looked at its files since. */
  snapshotDue?: { turnId: string; correlationId?: string };
  /** The one turn of a what-if is over, or its message was refused. */
  whatIfOver?: true;
}

/** Commands to an id that nobody created. */
export interface UnknownAgent {
  phase: 'unknown';
  agentId: string;
  queue: PendingMessage[];
  controls: PendingControl[];
  calls: PendingCall[];
  overflow?: Overflow;
}
export interface RequestedAgent extends Known {
  phase: 'requested';
  /** Of one that goes on. */
  resumed?: Resumed;
}
export interface StartingAgent extends WithRun {
  phase: 'starting';
}
export interface ReadyAgent extends WithRun {
  phase: 'ready';
}
export interface StoppingAgent extends WithRun {
  phase: 'stopping';
  reason: StopReason;
  step: 'stdin-closed' | 'sigterm' | 'sigkill';
}
export interface EndedAgent extends Known {
  phase: 'ended';
  lastRun: Run | null;
  endedAt: string;
  end: {
    how: 'stopped' | 'exited' | 'lost' | 'start-failed';
    detail: string;
    code: number | null;
    signal: string | null;
  };
  deleted: boolean;
  /** When its files are removed, as its owner was told. */
  homeDue?: string;
  homeRemoved?: true;
}

/** An agent as the log tells it; a union of phases, so that no flag can contradict another. */
export type AgentState =
  | UnknownAgent
  | RequestedAgent
  | StartingAgent
  | ReadyAgent
  | StoppingAgent
  | EndedAgent;

/** The phases in which a process exists. */
export type LiveAgent = StartingAgent | ReadyAgent | StoppingAgent;

export const unknownAgent = (agentId: string): UnknownAgent => ({
  phase: 'unknown',
  agentId,
  queue: [],
  controls: [],
  calls: [],
});

/** The message that everything in the running turn began with; undefined between turns. */
export const correlationOf = (state: AgentState): string | undefined =>
  isLive(state) && state.turn ? (state.turn.correlationId ?? state.turn.messages[0]) : undefined;

/** Where everything in the running turn belongs in a trace. */
export const traceparentOf = (state: AgentState): string | undefined =>
  isLive(state) ? state.turn?.traceparent : undefined;

/** What waits for it: commands without an outcome, and calls without a result. */
export const waiting = ({
  queue,
  controls,
  calls,
  overflow,
}: AgentState): Pick<AgentState, 'queue' | 'controls' | 'calls' | 'overflow'> => ({
  queue,
  controls,
  calls,
  ...(overflow && { overflow }),
});

export const isAwaited = ({ queue, controls, calls, overflow }: AgentState): boolean =>
  queue.length + controls.length + calls.length > 0 || overflow !== undefined;

export const isLive = (state: AgentState): state is LiveAgent =>
  state.phase === 'starting' || state.phase === 'ready' || state.phase === 'stopping';

/** The turn that it runs otherwise, where it is to show what might have been. */
export const whatIfOf = (state: AgentState): WhatIf | undefined =>
  state.phase === 'unknown' ? undefined : state.whatIf;

/** A what-if that has ended in any way is deleted: its log is all that is wanted of it. */
export const isToBeDeleted = (state: EndedAgent): boolean =>
  state.whatIf !== undefined && !state.deleted;

/** What is written or signalled to it wakes it. */
export function awake<S extends LiveAgent>(state: S): S {
  const { paused: _paused, ...run } = state.run;
  return { ...state, run };
}
