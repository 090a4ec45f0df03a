import type { StoredEvent, StoredEventOf } from '../../../schemas/event.ts';
import { isToken } from '../../../schemas/ids.ts';
import type {
  AgentState,
  EndedAgent,
  LiveAgent,
  PendingControl,
  PendingMessage,
  RequestedAgent,
  Turn,
} from './agent-state.ts';
import { isLive, MAX_WAITING } from './agent-state.ts';
import { endDetail, withLeft } from './run/end-detail.ts';
import { onMuted, onUnmuted } from './run/evolve-muted.ts';
import {
  answering,
  onQuestionAsked,
  onQuestionDue,
  onQuestionResult,
  withoutAskers,
} from './turn/evolve-questions.ts';

/**
 * The agent after an event. Pure and total: an event that does not fit the state leaves it as it
 * is, so a log that was written by any version folds to the end.
 */
export function evolveAgent(state: AgentState, event: StoredEvent): AgentState {
  switch (event.type) {
    case 'command.create':
      return onCreate(state, event);
    case 'command.send':
      return onSend(state, event);
    case 'command.interrupt':
      return withControl(state, { commandId: event.id, name: 'interrupt' });
    case 'command.stop':
      return withControl(state, { commandId: event.id, name: 'stop' });
    case 'command.delete':
      return withControl(state, { commandId: event.id, name: 'delete' });
    case 'command.extend':
      return withControl(state, { commandId: event.id, name: 'extend', ttlMs: event.data.ttlMs });
    case 'command.run': {
      const { commandLine, timeoutMs } = event.data;
      return withControl(state, { commandId: event.id, name: 'run', commandLine, timeoutMs });
    }
    case 'command.file': {
      const { path, content } = event.data;
      return withControl(state, { commandId: event.id, name: 'file', path, content });
    }
    case 'process.starting':
      return onStarting(state, event);
    case 'process.released':
      return onReleased(state, event);
    case 'process.ready':
      return onReady(state, event);
    case 'process.start-failed':
      return onStartFailed(state, event);
    case 'process.delivered':
      return onDelivered(state, event);
    case 'process.interrupted':
      return onInterrupted(state, event);
    case 'process.paused':
      return onPaused(state, event);
    case 'process.stopping':
      return onStopping(state, event);
    case 'process.stopped':
    case 'process.exited':
    case 'process.lost':
      return onProcessEnd(state, event);
    case 'process.extended':
      return onExtended(state, event);
    case 'process.deleted':
      return state.phase === 'ended'
        ? { ...settle(state, event.data.commandId), deleted: true }
        : state;
    case 'process.muted':
      return onMuted(state, event);
    case 'process.unmuted':
      return onUnmuted(state, event);
    case 'process.command-started':
      return onCommandStarted(state, event.data.commandId);
    case 'process.command-run':
      return onCommandRun(state, event.data.commandId);
    case 'process.file-written':
    case 'process.rejected':
      return settle(state, event.data.commandId);
    case 'turn.started':
      return onTurnStarted(state, event);
    case 'turn.signalled': {
      const { problem } = event.data;
      return onTurn(state, (turn) => ({ ...turn, signalled: true, ...(problem && { problem }) }));
    }
    case 'turn.ready':
      return isLive(state) ? { ...state, saidReady: event.data } : state;
    case 'turn.nudged':
      return onTurn(state, (turn) => ({ ...turn, nudged: true, signalled: false }));
    case 'turn.ended':
    case 'turn.failed':
      return onTurnEnd(state, event);
    case 'response.answer':
      return onAnswer(state);
    case 'response.question':
      return onQuestion(state, event);
    case 'tool.project.create':
    case 'tool.project.get':
    case 'tool.project.list':
      return onToolCall(state, event);
    case 'result':
      return onQuestionResult(
        { ...state, calls: state.calls.filter((call) => call.callId !== event.data.callId) },
        event,
      );
    case 'timer.question':
      return onQuestionDue(state, event.data.questionId);
    case 'timer.ttl':
      return isLive(state) &&
        state.run.runId === event.data.runId &&
        state.run.expiresAt === event.data.expiresAt
        ? { ...state, expired: true }
        : state;
    case 'timer.turn':
      return onTurn(state, (turn) =>
        turn.turnId === event.data.turnId ? { ...turn, overdue: true } : turn,
      );
    case 'response.progress':
    case 'user.agent-assigned':
    case 'user.agent-released':
    case 'user.allowed':
    case 'user.denied':
    case 'user.mode-chosen':
    case 'user.introduced':
    case 'user.fragment-heard':
    case 'user.fragments-joined':
    case 'user.moved':
    case 'project.created':
    case 'process.cleared':
    case 'node.draining':
    case 'node.resumed':
    case 'node.drained':
    case 'delivery.requested':
    case 'delivery.attempted':
    case 'delivery.confirmed':
    case 'delivery.ambiguous':
    case 'delivery.failed':
    case 'delivery.shown':
    case 'delivery.settled':
      return state;
    default:
      event satisfies never;
      return state;
  }
}

function onCreate(state: AgentState, event: StoredEventOf<'command.create'>): AgentState {
  if (state.phase !== 'unknown') {
    return withControl(state, { commandId: event.id, name: 'create' });
  }
  const { kind, owner, ttlMs, turnDeadlineMs, commandLine } = event.data;
  return {
    phase: 'requested',
    agentId: state.agentId,
    kind,
    ...(owner && { owner }),
    ...(commandLine !== undefined && { commandLine }),
    ttlMs,
    turnDeadlineMs,
    createdAt: event.time,
    createdBy: event.id,
    queue: state.queue,
    controls: state.controls,
    calls: state.calls,
    counts: { messages: 0, answers: 0, turns: 0, failed: 0 },
  };
}

/** A message that is sent again while it waits or is worked on is one message. */
function onSend(state: AgentState, event: StoredEventOf<'command.send'>): AgentState {
  const waits = state.queue.some(({ commandId }) => commandId === event.id);
  const isServed = isLive(state) && state.turn?.messages.includes(event.id);
  if (waits || isServed) return state;
  const message = pendingMessage(event);
  const answered = answering(state, message, event.data.answers ?? event.data.replyTo);
  if (answered === 'late') return withControl(state, { commandId: event.id, name: 'late-answer' });
  return answered ?? { ...state, queue: [...state.queue, message] };
}

function pendingMessage(event: StoredEventOf<'command.send'>): PendingMessage {
  const { text, mode, from, files } = event.data;
  const correlationId = event.correlationId ?? event.id;
  const more = { ...(from && { from }), ...(files && { files }) };
  return { commandId: event.id, text, mode, ...more, correlationId };
}

function withControl(state: AgentState, control: PendingControl): AgentState {
  return { ...state, controls: [...state.controls, control] };
}

/** The command is no longer to be begun; it has no outcome yet either. */
function onCommandStarted(state: AgentState, commandId: string): AgentState {
  const started = state.controls.find((control) => control.commandId === commandId);
  if (state.phase === 'unknown' || started?.name !== 'run') return state;
  return { ...settle(state, commandId), running: [...(state.running ?? []), started] };
}

function onCommandRun(state: AgentState, commandId: string): AgentState {
  const settled = settle(state, commandId);
  if (settled.phase === 'unknown' || settled.running === undefined) return settled;
  const { running, ...rest } = settled;
  const others = running.filter((command) => command.commandId !== commandId);
  return others.length === 0 ? rest : { ...rest, running: others };
}

/** The command has its outcome. */
function settle<S extends AgentState>(state: S, commandId: string): S {
  return {
    ...state,
    queue: state.queue.filter((message) => message.commandId !== commandId),
    controls: state.controls.filter((control) => control.commandId !== commandId),
  };
}

function onStarting(state: AgentState, event: StoredEventOf<'process.starting'>): AgentState {
  const { runId, node, epoch, runtime, expiresAt, place, holder } = event.data;
  const owner = { node, epoch, ...(place && { place }), ...(holder && { holder }) };
  if (isLive(state)) {
    if (state.run.runId !== runId || epoch <= state.run.epoch) return state;
    // A takeover: the same run under a new owner.
    const { released, place: _place, holder: _holder, ...run } = state.run;
    return { ...state, run: { ...run, ...owner } };
  }
  if (state.phase !== 'requested') return state;
  return {
    ...state,
    phase: 'starting',
    run: { runId, runtime, startedAt: event.time, expiresAt, ...owner },
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

function onDelivered(state: AgentState, event: StoredEventOf<'process.delivered'>): AgentState {
  const { commandId, turnId } = event.data;
  if (!isLive(state)) return state;
  const { turn } = state;
  const counts = { ...state.counts, messages: state.counts.messages + 1 };
  const settled = awake({ ...settle(state, commandId), counts });
  if (turn?.turnId !== turnId) return settled;
  const joined = turn.messages.includes(commandId) ? turn.messages : [...turn.messages, commandId];
  const undelivered = turn.undelivered?.commandId === commandId ? null : turn.undelivered;
  return { ...settled, turn: { ...turn, messages: joined, undelivered, signalled: false } };
}

function onInterrupted(state: AgentState, event: StoredEventOf<'process.interrupted'>): AgentState {
  // Only the control is settled: a message that interrupts still waits for its own turn.
  const controls = state.controls.filter((control) => control.commandId !== event.data.commandId);
  const settled = { ...state, controls };
  return isLive(settled) ? { ...awake(settled), interrupted: settled.turn !== null } : settled;
}

function onPaused(state: AgentState, event: StoredEventOf<'process.paused'>): AgentState {
  if (!isLive(state) || state.run.runId !== event.data.runId) return state;
  return { ...state, run: { ...state.run, paused: true } };
}

/** What is written or signalled to it wakes it. */
function awake<S extends LiveAgent>(state: S): S {
  const { paused: _paused, ...run } = state.run;
  return { ...state, run };
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
  const { agentId, kind, owner, commandLine, ttlMs, turnDeadlineMs, createdAt, createdBy } = state;
  const { queue, calls, counts, running } = state;
  // Whoever asked for a stop has it, whatever the reason.
  const controls = state.controls.filter((control) => control.name !== 'stop');
  return {
    phase: 'ended',
    agentId,
    kind,
    ...(owner && { owner }),
    ...(commandLine !== undefined && { commandLine }),
    ttlMs,
    turnDeadlineMs,
    createdAt,
    createdBy,
    queue,
    controls,
    calls,
    counts,
    ...(running && { running }),
    lastRun: 'run' in state ? state.run : null,
    endedAt,
    end,
    deleted: false,
  };
}

function onExtended(state: AgentState, event: StoredEventOf<'process.extended'>): AgentState {
  const { commandId, expiresAt, runId } = event.data;
  const settled = commandId === undefined ? state : settle(state, commandId);
  if (!isLive(settled) || settled.run.runId !== runId) return settled;
  return { ...settled, expired: false, run: { ...settled.run, expiresAt } };
}

function onTurnStarted(state: AgentState, event: StoredEventOf<'turn.started'>): AgentState {
  if (!isLive(state) || state.turn !== null) return state;
  const { turnId, commandId, deadlineAt } = event.data;
  const message = state.queue.find((pending) => pending.commandId === commandId);
  const turn: Turn = {
    turnId,
    startedAt: event.time,
    deadlineAt,
    messages: [commandId],
    undelivered: message ?? null,
    answers: 0,
    questions: 0,
    nudged: false,
    signalled: false,
    overdue: false,
    ...(state.muted && { muted: state.muted.reason }),
  };
  const counts = { ...state.counts, turns: state.counts.turns + 1 };
  return { ...settle(state, commandId), turn, counts, interrupted: false };
}

function onTurn(state: AgentState, change: (turn: Turn) => Turn): AgentState {
  return isLive(state) && state.turn ? { ...state, turn: change(state.turn) } : state;
}

/** One that the asker waits for does not end the turn: the asker goes on with the answer. */
function onQuestion(state: AgentState, event: StoredEventOf<'response.question'>): AgentState {
  if (event.data.waitMs !== undefined) return onQuestionAsked(state, event);
  return onTurn(state, (turn) => ({ ...turn, questions: turn.questions + 1 }));
}

function onAnswer(state: AgentState): AgentState {
  if (state.phase === 'unknown') return state;
  const counted = { ...state, counts: { ...state.counts, answers: state.counts.answers + 1 } };
  return onTurn(counted, (turn) => ({ ...turn, answers: turn.answers + 1 }));
}

function onTurnEnd(
  state: AgentState,
  event: StoredEventOf<'turn.ended' | 'turn.failed'>,
): AgentState {
  if (!isLive(state) || state.turn?.turnId !== event.data.turnId) return state;
  const failed = state.counts.failed + (event.type === 'turn.failed' ? 1 : 0);
  const counts = { ...state.counts, failed };
  const idle = { ...state, turn: null, idleSince: event.time, interrupted: false, counts };
  return withoutAskers(idle);
}

type ToolEvent = StoredEventOf<'tool.project.create' | 'tool.project.get' | 'tool.project.list'>;

function onToolCall(state: AgentState, event: ToolEvent): AgentState {
  const callId = event.id;
  // Its result would have no subject: nobody waits for it, and nothing is done.
  if (!isToken(callId)) return state;
  if (state.calls.some((call) => call.callId === callId)) return state;
  if (state.calls.length >= MAX_WAITING) return state;
  const [, tool = '', verb = ''] = event.type.split('.');
  return {
    ...state,
    calls: [...state.calls, { callId, sequence: event.sequence, tool, verb, input: event.data }],
  };
}
