import { CONTEXT, stored } from './decider.ts';

/** The events of an agent's ordinary life, with ids that the tests know. */
export const RUN = 'run-1';
export const EXPIRES = '2026-01-04T17:00:00.000Z';
export const DEADLINE = '2026-01-04T15:10:00.000Z';
export const TTL_MS = 7_200_000;
export const TURN_DEADLINE_MS = 600_000;
export const OWNER = { channel: 'terminal', userId: 'ann' };

export const created = stored(
  'command.create',
  {
    kind: 'line',
    owner: OWNER,
    ttlMs: TTL_MS,
    turnDeadlineMs: TURN_DEADLINE_MS,
    commandLine: 'cat',
  },
  { id: 'create-1' },
);

export const sent = (id: string, mode: 'join' | 'wait' | 'interrupt' = 'join') =>
  stored('command.send', { text: `text of ${id}`, mode }, { id });

export const starting = stored('process.starting', {
  runId: RUN,
  node: CONTEXT.node,
  epoch: 1,
  runtime: 'local',
  expiresAt: EXPIRES,
});

export const ready = stored('process.ready', { runId: RUN, pid: 42 });

/** An agent that waits for its first message. */
export const READY = [created, starting, ready];

export const turnStarted = (commandId: string, turnId = `turn-of-${commandId}`) =>
  stored('turn.started', { turnId, commandId, deadlineAt: DEADLINE });

export const delivered = (commandId: string, turnId = `turn-of-${commandId}`) =>
  stored('process.delivered', { runId: RUN, commandId, turnId, bytes: 10 });

/** An agent that works on a message. */
export const working = (commandId = 'm-1') => [
  ...READY,
  sent(commandId),
  turnStarted(commandId),
  delivered(commandId),
];

export const answered = stored('response.answer', { text: 'hello' });
export const asked = stored('response.question', { text: 'which?' });
export const progressed = stored('response.progress', { text: 'half' });
export const signalled = stored('turn.signalled', {});
export const signalledAfter = (taken: number) => stored('turn.signalled', { taken });

export const nudged = (commandId = 'm-1') =>
  stored('turn.nudged', { turnId: `turn-of-${commandId}` });

export const turnEnded = (commandId = 'm-1', time?: string) =>
  stored(
    'turn.ended',
    { turnId: `turn-of-${commandId}`, answers: 1, questions: 0 },
    time === undefined ? {} : { time },
  );

export const turnFailed = (commandId = 'm-1') =>
  stored('turn.failed', {
    turnId: `turn-of-${commandId}`,
    code: 'ORC_NO_ANSWER',
    reason: 'no answer',
    cure: 'ask again',
  });

export const overdue = (commandId = 'm-1') =>
  stored('timer.turn', { turnId: `turn-of-${commandId}` });

export const expired = (expiresAt = EXPIRES) => stored('timer.ttl', { runId: RUN, expiresAt });

export const interruptAsked = stored('command.interrupt', {}, { id: 'interrupt-1' });
export const interrupted = (commandId = 'interrupt-1') =>
  stored('process.interrupted', { runId: RUN, commandId });

export const stopAsked = stored('command.stop', { reason: 'asked' }, { id: 'stop-1' });
export const deleteAsked = stored('command.delete', {}, { id: 'delete-1' });
export const extendAsked = stored('command.extend', { ttlMs: 1_000 }, { id: 'extend-1' });

export const stopping = stored('process.stopping', {
  runId: RUN,
  reason: 'stop',
  step: 'stdin-closed',
});

export const stopped = stored('process.stopped', {
  runId: RUN,
  reason: 'stop',
  code: 0,
  signal: null,
});

export const exited = stored('process.exited', { runId: RUN, code: 3, signal: null });

export const called = (id = 'call-1') => stored('tool.project.create', { name: 'myapp' }, { id });

export const resulted = (callId = 'call-1') =>
  stored('result', { ok: true, callId, value: { id: 'proj_1' } });

export const rejected = (commandId: string) =>
  stored('process.rejected', { commandId, code: 'ORC_AGENT_ENDED', reason: 'ended', cure: '-' });
