import test from 'ava';
import {
  isLive,
  type LiveAgent,
  MAX_WAITING,
  type ReadyAgent,
  type RequestedAgent,
} from '../../../../core/domain/agent/agent-state.ts';
import { rejectEvents } from '../../../../core/domain/agent/command/command-events.ts';
import { eventsOfStep } from '../../../../core/domain/agent/events-of-step.ts';
import { nextStep } from '../../../../core/domain/agent/next-step.ts';
import {
  clearedEvents,
  endedEvents,
  lostEvents,
  startFailedEvents,
  stoppingEvents,
} from '../../../../core/domain/agent/run/run-end-events.ts';
import {
  deletedEvents,
  extendedEvents,
  pausedEvents,
  readyEvents,
  startEvents,
} from '../../../../core/domain/agent/run/run-events.ts';
import {
  deliveredEvents,
  endTurnEvents,
  failTurnEvents,
  interruptedEvents,
  nudgedEvents,
  openTurnEvents,
} from '../../../../core/domain/agent/turn/turn-events.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';
import { EVENT_CATALOGUE } from '../../../../schemas/event-catalogue.ts';
import { derivedId } from '../../../../schemas/ids.ts';
import {
  answered,
  created,
  DEADLINE,
  deleteAsked,
  EXPIRES,
  exited,
  extendAsked,
  interruptAsked,
  READY,
  RUN,
  sent,
  signalled,
  starting,
  stopAsked,
  stopping,
  turnStarted,
  working,
} from '../../../support/agent-events.ts';
import { AGENT, CONTEXT, evolved, given, QUEUES, stored } from '../../../support/decider.ts';
import {
  scheduled,
  stated,
  statedFailure,
  statedOfCommand,
  statedOfRun,
  statedRejection,
  statedRelease,
} from '../../../support/stated-events.ts';

const LATER = { ...CONTEXT, now: new Date('2026-01-04T15:30:00.000Z') };

const turnOf = (state: LiveAgent) => {
  if (state.turn === null) throw new Error('no turn runs');
  return state.turn;
};

const undeliveredOf = (state: LiveAgent) => {
  const { undelivered } = turnOf(state);
  if (undelivered === null) throw new Error('nothing is to be delivered');
  return undelivered;
};

const firstOf = (state: ReadyAgent) => {
  const [message] = state.queue;
  if (message === undefined) throw new Error('nothing waits');
  return message;
};

const start = (state: RequestedAgent, context = CONTEXT) =>
  startEvents(state, { runtime: 'local' }, context);
const open = (state: ReadyAgent, context = CONTEXT) =>
  openTurnEvents(state, firstOf(state), context);

test('a start states the run, and sets the timer of its life', (t) => {
  const decided = given(created).when(start);
  const runId = derivedId('run-', 'create-1');
  const data = { runId, node: 'node-test', epoch: 1, runtime: 'local', expiresAt: EXPIRES };
  decided.thenAppends(
    t,
    stated('process.starting', data, {
      id: `process.starting:${runId}`,
      correlationId: 'create-1',
      causationId: 'create-1',
    }),
    scheduled(
      stated(
        'timer.ttl',
        { runId, expiresAt: EXPIRES },
        {
          id: `timer.ttl:${runId}:${EXPIRES}`,
          causationId: runId,
        },
      ),
      `schedules.${AGENT}.ttl.${derivedId('', runId, EXPIRES)}`,
      EXPIRES,
    ),
  );
  t.is(decided.state.phase, 'starting');
});

test('a turn is opened with its deadline and its timer, caused by its message', (t) => {
  const message = stored(
    'command.send',
    { text: 'hello', mode: 'join' },
    { id: 'm-1', correlationId: 'update-7' },
  );
  const decided = given(...READY, message).when(open);
  const turnId = derivedId('turn-', 'm-1');
  decided.thenAppends(
    t,
    stated(
      'turn.started',
      { turnId, commandId: 'm-1', deadlineAt: DEADLINE },
      {
        id: `turn.started:${turnId}`,
        correlationId: 'update-7',
        causationId: 'm-1',
      },
    ),
    scheduled(
      stated('timer.turn', { turnId }, { id: `timer.turn:${turnId}`, causationId: turnId }),
      `schedules.${AGENT}.turn.${turnId}`,
      DEADLINE,
    ),
  );
  t.like(decided.state, { turn: { undelivered: { commandId: 'm-1' } } });
});

test('every id is derived: the same decision, made later, has the same ids', (t) => {
  // What these events make of it, the evolve tests say.
  const ready = evolved([...READY, sent('m-1')]) as ReadyAgent;
  const requested = evolved([created]) as RequestedAgent;
  const busy = evolved(working()) as ReadyAgent;
  const ended = evolved([...READY, exited, deleteAsked]);
  for (const decide of [
    (context: typeof CONTEXT) => start(requested, context),
    (context: typeof CONTEXT) => readyEvents(ready, 42, context),
    (context: typeof CONTEXT) => startFailedEvents(requested, 'run-1', 'why', context),
    (context: typeof CONTEXT) => open(ready, context),
    (context: typeof CONTEXT) => deliveredEvents(busy, firstOf(ready), 'turn-1', 5, context),
    (context: typeof CONTEXT) => endTurnEvents(busy, turnOf(busy), context),
    (context: typeof CONTEXT) => nudgedEvents(busy, turnOf(busy), context),
    (context: typeof CONTEXT) => failTurnEvents(busy, turnOf(busy), 'ORC_NO_ANSWER', context),
    (context: typeof CONTEXT) => rejectEvents(ready, 'm-1', 'ORC_AGENT_ENDED', context),
    (context: typeof CONTEXT) => interruptedEvents(busy, 'interrupt-1', context),
    (context: typeof CONTEXT) => extendedEvents(busy, EXPIRES, 'extend-1', context),
    (context: typeof CONTEXT) => deletedEvents(ended, 'delete-1', context),
    (context: typeof CONTEXT) => stoppingEvents(busy, 'stop', 'stdin-closed', context),
    (context: typeof CONTEXT) => endedEvents(busy, { code: 0, signal: null }, context),
    (context: typeof CONTEXT) => lostEvents(busy, 'gone', context),
  ]) {
    const [now, later] = [decide(CONTEXT), decide(LATER)];
    const ids = now.filter(({ type }) => !type.startsWith('timer.')).map(({ id }) => id);
    t.deepEqual(
      later.filter(({ type }) => !type.startsWith('timer.')).map(({ id }) => id),
      ids,
    );
    t.is(new Set(ids).size, ids.length);
    for (const { type, data } of now) t.true(EVENT_CATALOGUE[type].safeParse(data).success, type);
  }
});

test('another start, turn or step of the end has another id', (t) => {
  const ids = [
    ...given(created).when(start).events,
    ...given({ ...created, id: 'create-2' }).when(start).events,
    ...given(...READY, sent('m-1')).when(open).events,
    ...given(...READY, sent('m-2')).when(open).events,
    ...(['stdin-closed', 'sigterm', 'sigkill'] as const).flatMap(
      (step) =>
        given(...READY, stopping).when((state: LiveAgent) =>
          stoppingEvents(state, 'stop', step, CONTEXT),
        ).events,
    ),
  ].map(({ id }) => id);
  t.is(new Set(ids).size, ids.length);
});

test('ready says the process id where there is one', (t) => {
  const decide = (pid: number | undefined) =>
    given(created, starting).when((state: LiveAgent) => readyEvents(state, pid, CONTEXT));
  t.like(decide(42).state, { phase: 'ready', run: { pid: 42 } });
  const [event] = decide(undefined).events;
  t.false('pid' in (event?.data ?? {}));
});

test('a start that fails refuses what waits, and releases the owner', (t) => {
  const decided = given(created, starting, sent('m-1'), sent('m-2')).when((state: LiveAgent) =>
    startFailedEvents(state, 'run-1', 'no bash', CONTEXT),
  );
  decided.thenAppends(
    t,
    statedOfRun('process.start-failed', { runId: RUN, reason: 'no bash' }),
    statedRejection('m-1', 'ORC_START_FAILED', 'no bash'),
    statedRejection('m-2', 'ORC_START_FAILED', 'no bash'),
    statedRelease('start-failed'),
  );
  t.like(decided.state, { phase: 'ended', queue: [] });
  t.like(decided.events[1], { data: { commandId: 'm-1', code: 'ORC_START_FAILED' } });
});

test('an end in a turn fails the turn first, and refuses what waits behind it', (t) => {
  const decided = given(...working(), sent('m-2')).when((state: LiveAgent) =>
    endedEvents(state, { code: 3, signal: null }, CONTEXT),
  );
  decided.thenAppends(
    t,
    statedFailure('m-1', 'ORC_AGENT_CRASHED', 'exit code 3'),
    statedOfRun('process.exited', { runId: RUN, code: 3, signal: null }),
    statedRejection('m-2', 'ORC_AGENT_ENDED', 'exit code 3'),
    statedRelease('exited'),
  );
  const [failed, , refused, released] = decided.events;
  t.like(failed, { data: { code: 'ORC_AGENT_CRASHED' } });
  t.regex(JSON.stringify(failed?.data), /exit code 3/);
  t.like(refused, { data: { commandId: 'm-2', code: 'ORC_AGENT_ENDED' } });
  t.is(released?.subject, 'users.terminal.ann.agent-released');
  t.like(decided.state, { phase: 'ended', queue: [], counts: { failed: 1 } });
});

test('an end says the signal, or that nothing is known', (t) => {
  const reasons = [
    { code: null, signal: 'SIGKILL' },
    { code: null, signal: null },
  ].map((end) => {
    const { events } = given(...working()).when((state: LiveAgent) =>
      endedEvents(state, end, CONTEXT),
    );
    return JSON.stringify(events[0]?.data);
  });
  t.regex(reasons[0] ?? '', /killed by SIGKILL/);
  t.regex(reasons[1] ?? '', /exit code unknown/);
});

test('an idle agent that ends by itself fails nothing; without an owner nobody is released', (t) => {
  const nobodys = stored(
    'command.create',
    { kind: 'line', ttlMs: 1000, turnDeadlineMs: 1000 },
    { id: 'create-1' },
  );
  given(nobodys, ...READY.slice(1))
    .when((state: LiveAgent) => endedEvents(state, { code: 0, signal: null }, CONTEXT))
    .thenAppends(t, statedOfRun('process.exited', { runId: RUN, code: 0, signal: null }));
});

test('the end of a stopping agent is a stop for its reason', (t) => {
  const decided = given(...READY, stopAsked, stopping, sent('late')).when((state: LiveAgent) =>
    endedEvents(state, { code: null, signal: 'SIGTERM' }, CONTEXT),
  );
  const end = { runId: RUN, reason: 'stop', code: null, signal: 'SIGTERM' } as const;
  decided.thenAppends(
    t,
    statedOfRun('process.stopped', end),
    statedRejection('late', 'ORC_TURN_STOPPED'),
    statedRelease('stop'),
  );
  t.like(decided.state, { phase: 'ended', controls: [] });
});

test('the first step of a stop fails a running turn with its reason; a later one does not', (t) => {
  const codes = {
    stop: 'ORC_TURN_STOPPED',
    delete: 'ORC_TURN_STOPPED',
    ttl: 'ORC_TTL',
    'start-failed': 'ORC_START_FAILED',
  } as const;
  for (const reason of ['stop', 'delete', 'ttl', 'start-failed'] as const) {
    const decided = given(...working()).when((state: LiveAgent) =>
      stoppingEvents(state, reason, 'stdin-closed', CONTEXT),
    );
    const step = { runId: RUN, reason, step: 'stdin-closed' } as const;
    decided.thenAppends(
      t,
      statedFailure('m-1', codes[reason]),
      statedOfRun('process.stopping', step, `${RUN}:stdin-closed`),
    );
  }
  const step = { runId: RUN, reason: 'stop', step: 'sigterm' } as const;
  given(...READY, stopping)
    .when((state: LiveAgent) => stoppingEvents(state, 'stop', 'sigterm', CONTEXT))
    .thenAppends(t, statedOfRun('process.stopping', step, `${RUN}:sigterm`));
});

test('whatever ended an agent, what could not be ended with it is stated, and told in words', (t) => {
  const left = { count: 1, processes: [{ pid: 42, name: 'sleep' }] };
  const end = { code: 0, signal: null, left };
  const ends = [
    given(...READY).when((state: LiveAgent) => endedEvents(state, end, CONTEXT)),
    given(...READY, stopping).when((state: LiveAgent) => endedEvents(state, end, CONTEXT)),
    given(...READY).when((state: LiveAgent) => lostEvents(state, 'gone', CONTEXT, left)),
    given(created, starting).when((state: LiveAgent) =>
      startFailedEvents(state, 'run-1', 'no bash', CONTEXT, left),
    ),
  ];
  for (const { events, state } of ends) {
    const [stated] = events;
    t.like(stated, { data: { left } });
    t.true(stated && EVENT_CATALOGUE[stated.type].safeParse(stated.data).success);
    t.regex(state.phase === 'ended' ? state.end.detail : '', /; 1 of its processes could not be/);
  }
  const [cleared] = clearedEvents(AGENT, 'run-1', end, CONTEXT);
  t.like(cleared, { data: { left } });
});

test('a lost agent fails its turn and refuses what waits', (t) => {
  given(...working(), sent('m-2'))
    .when((state: LiveAgent) => lostEvents(state, 'gone', CONTEXT))
    .thenAppends(
      t,
      statedFailure('m-1', 'ORC_AGENT_LOST', 'gone'),
      statedOfRun('process.lost', { runId: RUN, reason: 'gone' }),
      statedRejection('m-2', 'ORC_AGENT_LOST', 'gone'),
      statedRelease('lost'),
    );
  given(...READY)
    .when((state: LiveAgent) => lostEvents(state, 'gone', CONTEXT))
    .thenAppends(
      t,
      statedOfRun('process.lost', { runId: RUN, reason: 'gone' }),
      statedRelease('lost'),
    );
});

test('an end of a turn says what was said in it', (t) => {
  const decided = given(...working(), answered, signalled).when((state: LiveAgent) =>
    endTurnEvents(state, turnOf(state), CONTEXT),
  );
  t.like(decided.events[0], { correlationId: 'm-1', data: { answers: 1, questions: 0 } });
  t.like(decided.state, { turn: null });
});

test('a failure says what is wrong and what to do', (t) => {
  const [event] = given(...working()).when((state: LiveAgent) =>
    failTurnEvents(state, turnOf(state), 'ORC_TURN_DEADLINE', CONTEXT),
  ).events;
  t.like(event, { data: { code: 'ORC_TURN_DEADLINE', reason: 'The turn ran out of time' } });
  const refused = given(sent('m-1')).when((state) =>
    rejectEvents(state, 'm-1', 'ORC_AGENT_NOT_FOUND', CONTEXT),
  );
  t.like(refused.events[0], { data: { cure: '`orchestrator agents` lists them.' } });
  t.is(refused.state.queue.length, 0);
});

test('a delivery, an interrupt, a reminder and a deletion settle what they are about', (t) => {
  const delivery = given(...READY, sent('m-1'), turnStarted('m-1')).when((state: LiveAgent) =>
    deliveredEvents(state, undeliveredOf(state), 'turn-of-m-1', 9, CONTEXT),
  );
  t.like(delivery.state, { turn: { undelivered: null } });
  const interrupt = given(...working(), interruptAsked).when((state: LiveAgent) =>
    interruptedEvents(state, 'interrupt-1', CONTEXT),
  );
  t.like(interrupt.state, { interrupted: true, controls: [] });
  const reminder = given(...working(), signalled).when((state: LiveAgent) =>
    nudgedEvents(state, turnOf(state), CONTEXT),
  );
  t.like(reminder.state, { turn: { nudged: true } });
  const deletion = given(...READY, exited, deleteAsked).when((state) =>
    deletedEvents(state, 'delete-1', CONTEXT),
  );
  t.like(deletion.state, { deleted: true, controls: [] });
});

test('an extension sets its timer anew, for its command or by itself', (t) => {
  const expiresAt = '2026-01-04T20:00:00.000Z';
  const asked = given(...READY, extendAsked).when((state: LiveAgent) =>
    extendedEvents(state, expiresAt, 'extend-1', CONTEXT),
  );
  asked.thenAppends(
    t,
    statedOfCommand(
      'process.extended',
      { runId: RUN, expiresAt, commandId: 'extend-1' },
      'extend-1',
    ),
    scheduled(
      stated(
        'timer.ttl',
        { runId: RUN, expiresAt },
        {
          id: `timer.ttl:${RUN}:${expiresAt}`,
          causationId: RUN,
        },
      ),
      `schedules.${AGENT}.ttl.${derivedId('', RUN, expiresAt)}`,
      expiresAt,
    ),
  );
  t.like(asked.state, { run: { expiresAt }, controls: [] });
  const byItself = given(...READY).when((state: LiveAgent) =>
    extendedEvents(state, expiresAt, undefined, CONTEXT),
  );
  t.true(byItself.events[0]?.id.includes(expiresAt));
});

test('more messages than a batch holds are refused batch by batch, the end comes with the last (A1)', (t) => {
  const messages = Array.from({ length: MAX_WAITING - 10 }, (_, index) => sent(`m-${index}`));
  for (const decide of [
    (state: LiveAgent) => endedEvents(state, { code: null, signal: 'SIGTERM' }, CONTEXT),
    (state: LiveAgent) => lostEvents(state, 'gone', CONTEXT),
  ]) {
    const refused: string[] = [];
    let state = evolved([...READY, stopAsked, stopping, ...messages]);
    let batches = 0;
    while (isLive(state)) {
      const events = decide(state);
      batches += 1;
      t.true(events.length > 0 && events.length < messages.length, `${events.length} at once`);
      for (const event of events) {
        if (event.type === 'process.rejected') refused.push(event.data.commandId);
      }
      state = evolved(
        events.map((event, index) => ({ ...event, sequence: index + 1 }) as StoredEvent),
        state,
      );
    }
    t.deepEqual(
      refused,
      messages.map(({ id }) => id),
    );
    t.is(batches, 2);
  }
});

test('a start that fails refuses no more at once than a batch holds (A1)', (t) => {
  const messages = Array.from({ length: MAX_WAITING - 10 }, (_, index) => sent(`m-${index}`));
  const decided = given(created, starting, ...messages).when((state: LiveAgent) =>
    startFailedEvents(state, 'run-1', 'no bash', CONTEXT),
  );
  t.true(decided.events.length < messages.length);
  t.like(decided.state, { phase: 'ended' });
  const code = 'ORC_START_FAILED';
  const rest = nextStep(decided.state, QUEUES);
  t.deepEqual(rest, { do: 'reject', commandId: 'm-500', code, detail: 'no bash' });
  const [event] = rest ? eventsOfStep(decided.state, rest, true, CONTEXT) : [];
  t.like(event, { data: { commandId: 'm-500', code } });
  t.regex(event?.type === 'process.rejected' ? event.data.reason : '', /: no bash$/);
});

test('an agent that is frozen again, after an interrupt alone, is stated under another id (A9)', (t) => {
  const ids = [CONTEXT, LATER].map((context) => {
    const [paused] = given(...READY).when((state: LiveAgent) =>
      pausedEvents(state, context),
    ).events;
    return paused?.id;
  });
  t.not(ids[0], ids[1]);
});

test('everything that is stated of a turn has the message that its turn began with', (t) => {
  const message = stored(
    'command.send',
    { text: 'hello', mode: 'join' },
    { id: 'm-1', correlationId: 'update-7' },
  );
  const opened = given(...READY, message).when(open);
  const busy = given(...READY, message, turnStarted('m-1'), answered).state as ReadyAgent;
  const turn = { ...turnOf(busy), correlationId: 'update-7' };
  const state = { ...busy, turn };
  const call = { callId: 'c-1', sequence: 7, tool: 'project', verb: 'list', input: {} };
  const told = { effects: [], outcome: { ok: true, value: [] } as const };
  const [, timer] = opened.events;
  for (const event of [
    ...opened.events.filter((one) => one !== timer),
    ...deliveredEvents(state, undeliveredOf(state), turn.turnId, 5, CONTEXT),
    ...nudgedEvents(state, turn, CONTEXT),
    ...endTurnEvents(state, turn, CONTEXT),
    ...failTurnEvents(state, turn, 'ORC_NO_ANSWER', CONTEXT),
    ...eventsOfStep(state, { do: 'call', call }, told, CONTEXT),
  ]) {
    t.is(event.correlationId, 'update-7', event.type);
  }
});

test('everything that is stated of a run or a command says because of what', (t) => {
  const state = evolved([...working(), sent('m-2'), stopAsked]) as ReadyAgent;
  for (const event of [
    ...readyEvents(state, 42, CONTEXT),
    ...pausedEvents(state, CONTEXT),
    ...extendedEvents(state, EXPIRES, 'extend-1', CONTEXT),
    ...stoppingEvents(state, 'stop', 'stdin-closed', CONTEXT),
    ...endedEvents(state, { code: 0, signal: null }, CONTEXT),
    ...lostEvents(state, 'gone', CONTEXT),
    ...deletedEvents(state, 'delete-1', CONTEXT),
  ].filter(({ schedule }) => schedule === undefined)) {
    t.truthy(event.correlationId, event.type);
    t.truthy(event.causationId, event.type);
  }
});
