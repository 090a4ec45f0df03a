import test from 'ava';
import type { StoredEvent } from '../../../../schemas/event.ts';
import {
  answered,
  asked,
  created,
  deleteAsked,
  delivered,
  exited,
  expired,
  extendAsked,
  interruptAsked,
  interrupted,
  nudged,
  overdue,
  progressed,
  READY,
  ready,
  sent,
  signalled,
  starting,
  stopAsked,
  stopping,
  turnEnded,
  turnStarted,
  working,
} from '../../../support/agent-events.ts';
import { given, JOINS, QUEUES, stored } from '../../../support/decider.ts';

const BOTH = [JOINS, QUEUES];

test('what is sent to nobody is refused, controls first', (t) => {
  const { step } = given(sent('m-1'), stopAsked);
  t.deepEqual(step(), { do: 'reject', commandId: 'stop-1', code: 'ORC_AGENT_NOT_FOUND' });
  t.is(given(answered).step(), undefined);
});

test('a requested agent is started, a starting one launched', (t) => {
  t.deepEqual(given(created).step(), { do: 'start' });
  t.deepEqual(given(created, sent('m-1'), starting).step(), { do: 'launch' });
  t.like(given(created, starting, stopAsked).step(), { do: 'stop', reason: 'stop' });
});

test('a ready agent without work waits', (t) => {
  for (const traits of BOTH) t.is(given(...READY).step(traits), undefined);
});

test('commands come before messages, in their order', (t) => {
  t.like(given(...READY, sent('m-1'), interruptAsked, stopAsked).step(), {
    do: 'interrupt',
    commandId: 'interrupt-1',
  });
  t.like(given(...READY, sent('m-1'), stopAsked).step(), { do: 'stop', reason: 'stop' });
  t.like(given(...READY, deleteAsked).step(), { do: 'stop', reason: 'delete' });
  t.deepEqual(given(...READY, extendAsked).step(), {
    do: 'extend-from-now',
    commandId: 'extend-1',
    ttlMs: 1_000,
  });
  const again = stored(
    'command.create',
    { kind: 'demo', ttlMs: 1, turnDeadlineMs: 1 },
    { id: 'create-2' },
  );
  t.deepEqual(given(...READY, again).step(), {
    do: 'reject',
    commandId: 'create-2',
    code: 'ORC_AGENT_EXISTS',
  });
});

test('a message opens a turn, and is then delivered in it', (t) => {
  for (const traits of BOTH) {
    t.like(given(...READY, sent('m-1'), sent('m-2')).step(traits), {
      do: 'open-turn',
      message: { commandId: 'm-1' },
    });
    t.like(given(...READY, sent('m-1'), turnStarted('m-1')).step(traits), {
      do: 'deliver',
      message: { commandId: 'm-1' },
      turnId: 'turn-of-m-1',
    });
    t.is(given(...working()).step(traits), undefined);
  }
});

test('a message during a turn joins it where the agent can and the message may', (t) => {
  t.like(given(...working(), sent('m-2')).step(JOINS), { do: 'deliver', turnId: 'turn-of-m-1' });
  t.is(given(...working(), sent('m-2')).step(QUEUES), undefined);
  t.is(given(...working(), sent('m-2', 'wait')).step(JOINS), undefined);
  const queues = { ...QUEUES, endOfTurn: 'signal' as const };
  t.is(given(...working(), sent('m-2')).step(queues), undefined);
});

test('a message that interrupts does so once, and then waits for the turn to be over', (t) => {
  const before = [...working(), sent('m-2', 'interrupt')];
  for (const traits of BOTH) {
    t.deepEqual(given(...before).step(traits), { do: 'interrupt', commandId: 'm-2' });
  }
  t.is(given(...before, interrupted('m-2')).step(JOINS), undefined);
  t.like(given(...before, interrupted('m-2')).step(QUEUES), {
    do: 'fail-turn',
    code: 'ORC_TURN_INTERRUPTED',
  });
});

test('a turn of an agent without signals ends by its answer or question, not by progress', (t) => {
  t.like(given(...working(), answered).step(QUEUES), { do: 'end-turn' });
  t.like(given(...working(), asked).step(QUEUES), { do: 'end-turn' });
  t.is(given(...working(), progressed).step(QUEUES), undefined);
  t.is(given(...working(), signalled).step(QUEUES), undefined);
});

test('a turn of an agent with signals ends by its signal, and by nothing else', (t) => {
  t.is(given(...working(), answered).step(JOINS), undefined);
  t.like(given(...working(), answered, signalled).step(JOINS), { do: 'end-turn' });
  t.like(given(...working(), asked, signalled).step(JOINS), { do: 'end-turn' });
});

test('C2: one that did not answer after the reminder fails with what its CLI said last, unless that is off', (t) => {
  const ends = (lastMessage?: string) =>
    stored('turn.signalled', lastMessage === undefined ? {} : { lastMessage });
  const failed = (lastWords: boolean, ...before: StoredEvent[]) =>
    given(...working(), ...before).step({ ...JOINS, lastWords });
  t.like(failed(true, ends('It is 42.'), nudged(), ends('I have said so.')), {
    code: 'ORC_NO_ANSWER',
    lastWords: 'It is 42.\n\nI have said so.',
  });
  t.like(failed(true, ends('It is 42.'), nudged(), ends('It is 42.')), { lastWords: 'It is 42.' });
  for (const silent of [
    failed(false, ends('It is 42.'), nudged(), ends()),
    failed(true, ends(' '), nudged(), ends()),
  ]) {
    t.like(silent, { code: 'ORC_NO_ANSWER' });
    t.false(silent !== undefined && 'lastWords' in silent);
  }
  t.like(failed(true, ends('half'), nudged(), answered, ends('all')), { do: 'end-turn' });
});

test('a turn without a word is reminded once, and then fails visibly', (t) => {
  t.like(given(...working(), signalled).step(JOINS), { do: 'nudge' });
  t.is(given(...working(), signalled, nudged()).step(JOINS), undefined);
  t.like(given(...working(), signalled, nudged(), signalled).step(JOINS), {
    do: 'fail-turn',
    code: 'ORC_NO_ANSWER',
  });
  t.like(given(...working(), signalled, nudged(), answered, signalled).step(JOINS), {
    do: 'end-turn',
  });
});

test('an interrupted turn that said nothing fails as such; one that spoke has ended', (t) => {
  const events = [...working(), interrupted()];
  t.like(given(...events).step(QUEUES), { do: 'fail-turn', code: 'ORC_TURN_INTERRUPTED' });
  t.like(given(...events, signalled).step(JOINS), {
    do: 'fail-turn',
    code: 'ORC_TURN_INTERRUPTED',
  });
  t.like(given(...events, answered, signalled).step(JOINS), { do: 'end-turn' });
  t.is(given(...events, sent('m-2')).step(JOINS), undefined, 'nothing joins it any more');
});

test('a turn whose time has run out fails, unless it is over by then', (t) => {
  for (const traits of BOTH) {
    t.like(given(...working(), overdue()).step(traits), {
      do: 'fail-turn',
      code: 'ORC_TURN_DEADLINE',
    });
    t.like(given(...working(), answered, signalled, overdue()).step(traits), { do: 'end-turn' });
  }
});

test('a turn that is over before its message was written fails, and the message is not written', (t) => {
  const undelivered = [...READY, sent('m-1'), turnStarted('m-1')];
  for (const traits of BOTH) {
    t.like(given(...undelivered, overdue()).step(traits), {
      do: 'fail-turn',
      code: 'ORC_TURN_DEADLINE',
    });
    t.like(given(...undelivered, interrupted()).step(traits), {
      do: 'fail-turn',
      code: 'ORC_TURN_INTERRUPTED',
    });
  }
});

test('the next message opens the next turn', (t) => {
  t.like(given(...working(), sent('m-2'), answered, turnEnded()).step(QUEUES), {
    do: 'open-turn',
    message: { commandId: 'm-2' },
  });
});

test('an idle agent whose time has run out is stopped', (t) => {
  t.deepEqual(given(...READY, expired()).step(), { do: 'stop', reason: 'ttl' });
});

test('its time is counted from its last turn, and never over while there is work', (t) => {
  const end = '2026-01-04T16:30:00.000Z';
  t.deepEqual(given(...working(), answered, turnEnded('m-1', end), expired()).step(), {
    do: 'extend',
    expiresAt: '2026-01-04T18:30:00.000Z',
  });
  const whole = { do: 'extend', expiresAt: '2026-01-04T19:00:00.000Z' };
  t.deepEqual(given(...working(), expired()).step(), whole);
  t.deepEqual(given(...READY, sent('m-1'), expired()).step(), whole);
});

test('a stopping agent is left to its end', (t) => {
  t.is(given(...READY, stopping, sent('m-1'), stopAsked, extendAsked).step(), undefined);
});

test('an agent that has ended refuses everything but being deleted, once', (t) => {
  t.deepEqual(given(...READY, exited, sent('m-1')).step(), {
    do: 'reject',
    commandId: 'm-1',
    code: 'ORC_AGENT_ENDED',
  });
  t.deepEqual(given(...READY, exited, deleteAsked).step(), { do: 'delete', commandId: 'delete-1' });
  const deleted = stored('process.deleted', { commandId: 'delete-0' });
  t.deepEqual(given(...READY, exited, deleted, deleteAsked).step(), {
    do: 'reject',
    commandId: 'delete-1',
    code: 'ORC_AGENT_ENDED',
  });
  t.is(given(...READY, exited).step(), undefined);
  t.is(given(created, starting, ready, delivered('m-1'), exited).step(), undefined);
});
