import test from 'ava';
import { isLive } from '../../../../core/domain/agent/agent-state.ts';
import {
  answered,
  asked,
  called,
  created,
  deleteAsked,
  delivered,
  EXPIRES,
  exited,
  expired,
  extendAsked,
  interruptAsked,
  interrupted,
  nudged,
  OWNER,
  overdue,
  progressed,
  READY,
  RUN,
  ready,
  rejected,
  resulted,
  sent,
  signalled,
  signalledAfter,
  starting,
  stopAsked,
  stopped,
  stopping,
  turnEnded,
  turnFailed,
  turnStarted,
  working,
} from '../../../support/agent-events.ts';
import { evolved, stored } from '../../../support/decider.ts';

test('an agent that nobody created keeps what was sent to it, for that has to be answered', (t) => {
  const state = evolved([sent('m-1'), stopAsked, called()]);
  t.like(state, { phase: 'unknown', queue: [{ commandId: 'm-1' }], calls: [{ callId: 'call-1' }] });
  t.is(state.controls[0]?.name, 'stop');
});

test('a create makes it a requested agent, with what came before it', (t) => {
  const state = evolved([sent('early'), created]);
  t.like(state, { phase: 'requested', kind: 'line', owner: OWNER, createdBy: 'create-1' });
  t.is(state.queue.length, 1);
});

test('a second create is a command that has to be refused', (t) => {
  const again = stored(
    'command.create',
    { kind: 'demo', ttlMs: 1, turnDeadlineMs: 1 },
    { id: 'create-2' },
  );
  const state = evolved([created, again]);
  t.like(state, { phase: 'requested', kind: 'line' });
  t.deepEqual(state.controls, [{ commandId: 'create-2', name: 'create' }]);
});

test('it starts, becomes ready, and is live while it has a process', (t) => {
  const phases = [[created], [created, starting], READY, [...READY, stopping]].map((events) => {
    const state = evolved(events);
    return [state.phase, isLive(state)];
  });
  t.deepEqual(phases, [
    ['requested', false],
    ['starting', true],
    ['ready', true],
    ['stopping', true],
  ]);
  t.like(evolved(READY), { run: { runId: RUN, pid: 42, expiresAt: EXPIRES } });
});

test('a start by another node is the same run under a new owner', (t) => {
  const takeover = stored('process.starting', {
    runId: RUN,
    node: 'node-b',
    epoch: 2,
    runtime: 'local',
    expiresAt: EXPIRES,
  });
  t.like(evolved([...working(), takeover]), {
    phase: 'ready',
    run: { node: 'node-b', epoch: 2, pid: 42 },
    turn: { turnId: 'turn-of-m-1' },
  });
  t.is(evolved([...READY, exited, takeover]).phase, 'ended');
});

test('a start that failed ends it with the reason, and only before it was ready', (t) => {
  const failed = stored('process.start-failed', { runId: RUN, reason: 'no bash' });
  for (const before of [[created], [created, starting]]) {
    t.like(evolved([...before, failed]), {
      phase: 'ended',
      end: { how: 'start-failed', detail: 'no bash' },
    });
  }
  t.is(evolved([...READY, failed]).phase, 'ready');
});

test('a message moves from the queue into its turn, and is delivered there', (t) => {
  const waiting = evolved([...READY, sent('m-1'), sent('m-2')]);
  t.is(waiting.queue.length, 2);
  const started = evolved([turnStarted('m-1')], waiting);
  t.like(started, { queue: [{ commandId: 'm-2' }], turn: { undelivered: { commandId: 'm-1' } } });
  const done = evolved([delivered('m-1')], started);
  t.like(done, { turn: { undelivered: null }, counts: { messages: 1, turns: 1 } });
});

test('a message that is sent again while it waits or is worked on is one message', (t) => {
  t.is(evolved([...READY, sent('m-1'), sent('m-1')]).queue.length, 1);
  t.is(evolved([...working('m-1'), sent('m-1')]).queue.length, 0);
  t.is(evolved([...working('m-1'), sent('m-2')]).queue.length, 1);
});

test('a message that joins a turn is served by it', (t) => {
  const state = evolved([...working('m-1'), sent('m-2'), delivered('m-2', 'turn-of-m-1')]);
  t.like(state, { queue: [], turn: { messages: ['m-1', 'm-2'] }, counts: { messages: 2 } });
});

test('a delivery of another turn settles the message and leaves the turn alone', (t) => {
  const state = evolved([...working('m-1'), sent('m-2'), delivered('m-2', 'turn-other')]);
  t.like(state, { queue: [], turn: { messages: ['m-1'] } });
  t.is(evolved([sent('m-1'), delivered('m-1')]).queue.length, 1, 'and nothing without a run');
});

test('answers and questions are counted in their turn, and answers over all', (t) => {
  const state = evolved([...working(), progressed, answered, answered, asked]);
  t.like(state, { turn: { answers: 2, questions: 1 }, counts: { answers: 2 } });
  t.like(evolved([...READY, answered, asked]), { turn: null, counts: { answers: 1 } });
  t.is(evolved([answered]).phase, 'unknown');
});

test('the signal of its end stands until a message or a reminder comes', (t) => {
  t.like(evolved([...working(), signalled]), { turn: { signalled: true } });
  t.like(evolved([...working(), signalled, nudged()]), {
    turn: { signalled: false, nudged: true },
  });
  const joined = [...working(), signalled, sent('m-2'), delivered('m-2', 'turn-of-m-1')];
  t.like(evolved(joined), { turn: { signalled: false } });
});

test('a signal is about what the agent had taken, whenever the log says that it was written', (t) => {
  const before = [...READY, sent('m-1'), turnStarted('m-1')];
  t.like(evolved([...before, signalledAfter(1), delivered('m-1')]), { turn: { signalled: true } });

  const reminded = [...working(), signalledAfter(1), signalledAfter(2), nudged()];
  t.like(evolved(reminded), { turn: { signalled: true, nudged: true } });
  t.like(evolved([...working(), signalledAfter(1), nudged()]), { turn: { signalled: false } });
});

test('the answer to a waiting question is not written, so no signal waits for it', (t) => {
  const answer = stored('process.delivered', {
    runId: RUN,
    commandId: 'm-2',
    turnId: 'turn-of-m-1',
    bytes: 0,
  });
  t.like(evolved([...working(), answer, signalledAfter(1)]), { turn: { signalled: true } });
});

test('a late signal of a turn that has failed does not end the next one', (t) => {
  const next = [...working(), turnFailed(), sent('m-2'), turnStarted('m-2')];
  t.like(evolved([...next, signalledAfter(1), delivered('m-2')]), { turn: { signalled: false } });
  t.like(evolved([...next, delivered('m-2'), signalledAfter(1)]), { turn: { signalled: false } });
  t.like(evolved([...next, delivered('m-2'), signalledAfter(2)]), { turn: { signalled: true } });
});

test('a turn ends or fails once, and only the one that runs', (t) => {
  t.like(evolved([...working(), answered, turnEnded()]), { turn: null, counts: { failed: 0 } });
  t.like(evolved([...working(), turnFailed()]), { turn: null, counts: { failed: 1 } });
  t.like(evolved([...working(), turnFailed(), turnFailed()]), { counts: { failed: 1 } });
  t.like(evolved([...working(), turnEnded('m-other')]), { turn: { turnId: 'turn-of-m-1' } });
});

test('a second turn does not begin in the first', (t) => {
  t.like(evolved([...working('m-1'), sent('m-2'), turnStarted('m-2')]), {
    turn: { turnId: 'turn-of-m-1' },
    queue: [{ commandId: 'm-2' }],
  });
});

test('the time of a turn runs out for that turn only', (t) => {
  t.like(evolved([...working(), overdue()]), { turn: { overdue: true } });
  t.like(evolved([...working(), overdue('m-other')]), { turn: { overdue: false } });
  t.is(evolved([...READY, overdue()]).phase, 'ready');
});

test('its life time runs out for the present run and instant only', (t) => {
  t.like(evolved([...READY, expired()]), { expired: true });
  t.like(evolved([...READY, expired('2026-01-04T16:00:00.000Z')]), { expired: false });
  const other = stored('timer.ttl', { runId: 'run-other', expiresAt: EXPIRES });
  t.like(evolved([...READY, other]), { expired: false });
});

test('idle time is counted from the end of the last turn', (t) => {
  const end = '2026-01-04T15:05:00.000Z';
  t.like(evolved([...working(), answered, turnEnded('m-1', end)]), { idleSince: end });
});

test('an extension settles its command, and sets the end of the run', (t) => {
  const expiresAt = '2026-01-04T19:00:00.000Z';
  const extended = stored('process.extended', { runId: RUN, commandId: 'extend-1', expiresAt });
  const state = evolved([...READY, expired(), extendAsked, extended]);
  t.like(state, { expired: false, run: { expiresAt }, controls: [] });
  const byItself = stored('process.extended', { runId: RUN, expiresAt });
  t.like(evolved([...READY, byItself]), { run: { expiresAt } });
  const other = stored('process.extended', { runId: 'run-other', expiresAt });
  t.like(evolved([...READY, other]), { run: { expiresAt: EXPIRES } });
});

test('an interrupt settles its command; in a turn it is remembered until the turn is over', (t) => {
  t.like(evolved([...READY, interruptAsked, interrupted()]), { controls: [], interrupted: false });
  const during = [...working(), interruptAsked, interrupted()];
  t.like(evolved(during), { controls: [], interrupted: true });
  t.like(evolved([...during, turnFailed()]), { interrupted: false });
  t.is(evolved([interruptAsked, interrupted()]).controls.length, 0);
});

test('a message that interrupts still waits for its own turn', (t) => {
  const state = evolved([...working(), sent('m-2', 'interrupt'), interrupted('m-2')]);
  t.like(state, { interrupted: true, queue: [{ commandId: 'm-2' }] });
});

test('it ends in each of the ways there are, and says how', (t) => {
  const killed = stored('process.exited', { runId: RUN, code: null, signal: 'SIGKILL' });
  const unknown = stored('process.exited', { runId: RUN, code: null, signal: null });
  const lost = stored('process.lost', { runId: RUN, reason: 'gone' });
  const ends = [[stopping, stopped], [exited], [killed], [unknown], [lost]].map((events) => {
    const state = evolved([...READY, ...events]);
    return state.phase === 'ended' ? [state.end.how, state.end.detail] : state.phase;
  });
  t.deepEqual(ends, [
    ['stopped', 'stop'],
    ['exited', 'exit code 3'],
    ['exited', 'killed by SIGKILL'],
    ['exited', 'exit code unknown'],
    ['lost', 'gone'],
  ]);
});

test('the end of another run ends nothing', (t) => {
  const other = stored('process.exited', { runId: 'run-other', code: 0, signal: null });
  t.is(evolved([...READY, other]).phase, 'ready');
  const elsewhere = stored('process.stopping', {
    runId: 'run-other',
    reason: 'stop',
    step: 'sigterm',
  });
  t.is(evolved([...READY, elsewhere]).phase, 'ready');
  const readyOther = stored('process.ready', { runId: 'run-other' });
  t.is(evolved([created, starting, readyOther]).phase, 'starting');
});

test('an end fulfils every stop, and leaves the rest to be refused', (t) => {
  const state = evolved([...READY, stopAsked, interruptAsked, deleteAsked, sent('m-1'), exited]);
  t.deepEqual(
    state.controls.map(({ name }) => name),
    ['interrupt', 'delete'],
  );
  t.is(state.queue.length, 1);
  t.like(evolved([rejected('m-1')], state), { queue: [] });
});

test('only an agent that has ended is deleted', (t) => {
  const deleted = stored('process.deleted', { commandId: 'delete-1' });
  t.like(evolved([...READY, exited, deleteAsked, deleted]), { deleted: true, controls: [] });
  t.is(evolved([...READY, deleteAsked, deleted]).controls.length, 1);
});

test('a tool call is owed a result until it has one, once however often it is stated', (t) => {
  const state = evolved([...READY, called(), called(), called('call-2')]);
  t.deepEqual(
    state.calls.map(({ callId, tool, verb, input }) => [callId, tool, verb, input]),
    [
      ['call-1', 'project', 'create', { name: 'myapp' }],
      ['call-2', 'project', 'create', { name: 'myapp' }],
    ],
  );
  t.is(evolved([resulted('call-1')], state).calls.length, 1);
});

test('a tool call whose id can be no subject is not done: its result would have no place', (t) => {
  t.is(evolved([...READY, called('a.b'), called('a>'), called('')]).calls.length, 0);
});

test('what belongs to users and projects changes no agent', (t) => {
  const state = evolved(working());
  const others = [
    stored('user.agent-assigned', { agentId: 'agent-0123456789ab' }),
    stored('user.agent-released', { agentId: 'agent-0123456789ab', reason: 'stop' }),
    stored('project.created', { name: 'myapp', agentId: 'agent-0123456789ab' }),
    progressed,
  ];
  t.deepEqual(evolved(others, state), state);
});

test('an event of a type that this version does not know changes nothing', (t) => {
  const state = evolved(working());
  // As if a newer version had put it into its catalogue.
  const newer = { ...answered, type: 'response.sung' } as unknown as typeof answered;
  t.deepEqual(evolved([newer], state), state);
});

test('ready without a process id is ready all the same', (t) => {
  const state = evolved([created, starting, stored('process.ready', { runId: RUN })]);
  t.is(state.phase, 'ready');
  t.is(evolved([ready]).phase, 'unknown');
});
