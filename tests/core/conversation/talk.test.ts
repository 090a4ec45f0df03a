import test from 'ava';
import {
  evolveTalk,
  type Happening,
  happeningOf,
  newTalk,
  type Talk,
} from '../../../core/conversation/talk.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';

const AGENT = 'agent-0123456789ab';

/** Events of one agent, numbered from 1. */
function log(
  ...entries: { [T in EventType]: [T, DataOf<T>, string?] }[EventType][]
): StoredEvent[] {
  return entries.map(([type, data, id = type], index) => {
    const event = {
      id,
      type,
      data,
      subject: `agents.${AGENT}.${type}`,
      sequence: index + 1,
      source: 'test',
      time: '2026-01-01T00:00:00.000Z',
    };
    // Type and data come in pairs.
    return event as StoredEvent;
  });
}

function folded(events: StoredEvent[]): { talk: Talk; happenings: Happening[] } {
  let talk = newTalk(AGENT);
  const happenings: Happening[] = [];
  for (const event of events) {
    const happening = happeningOf(talk, event);
    if (happening) happenings.push(happening);
    talk = evolveTalk(talk, event);
  }
  return { talk, happenings };
}

const send = (id: string) => ['command.send', { text: id, mode: 'join' }, id] as const;
const starts = (turnId: string, commandId: string) =>
  ['turn.started', { turnId, commandId, deadlineAt: '2026-01-01T00:10:00.000Z' }] as const;
const delivered = (turnId: string, commandId: string) =>
  ['process.delivered', { runId: 'run', commandId, turnId, bytes: 1 }] as const;
const ends = (turnId: string) => ['turn.ended', { turnId, answers: 1, questions: 0 }] as const;
const answers = (text: string) => ['response.answer', { text }, `answer-${text}`] as const;

const ids = (messages: readonly { commandId: string }[]) =>
  messages.map(({ commandId }) => commandId);

test('a message is open until the turn that took it has ended', (t) => {
  const before = folded(log([...send('a')], [...starts('turn', 'a')], [...answers('1')]));
  const after = folded(
    log([...send('a')], [...starts('turn', 'a')], [...answers('1')], [...ends('turn')]),
  );

  t.deepEqual(ids(before.talk.open), ['a']);
  t.deepEqual(after.talk.open, []);
  t.is(after.talk.turnId, null);
});

test('a turn serves the messages that joined it, and the others wait for the next', (t) => {
  const { talk, happenings } = folded(
    log(
      [...send('a')],
      [...starts('turn', 'a')],
      [...delivered('turn', 'a')],
      [...send('b')],
      [...delivered('turn', 'b')],
      [...send('c')],
      [...answers('both')],
      [...ends('turn')],
    ),
  );

  const ended = happenings.find((happening) => happening.kind === 'turn-ended');
  t.deepEqual(ended?.kind === 'turn-ended' && ids(ended.serves), ['a', 'b']);
  t.deepEqual(ids(talk.open), ['c']);
});

test('an answer tells which messages its turn serves; one outside a turn tells none', (t) => {
  const { happenings } = folded(
    log(
      [...send('a')],
      [...starts('turn', 'a')],
      [...answers('in time')],
      [...ends('turn')],
      [...answers('late')],
    ),
  );

  const said = happenings.flatMap((one) =>
    one.kind === 'answer' ? [[one.text, ids(one.serves)]] : [],
  );
  t.deepEqual(said, [
    ['in time', ['a']],
    ['late', []],
  ]);
});

test('a message that joined a turn of before the following ends with that turn', (t) => {
  const { talk } = folded(log([...send('b')], [...delivered('old', 'b')], [...ends('old')]));

  t.deepEqual(talk.open, []);
});

test('a message of before the following is open from its turn on', (t) => {
  const { talk } = folded(log([...starts('turn', 'old')]));

  t.deepEqual(talk.open, [{ commandId: 'old', sequence: 1, turnId: 'turn' }]);
});

test('a failed turn ends its messages, with the reason and the cure', (t) => {
  const failure = { code: 'ORC_TURN_DEADLINE', reason: 'out of time', cure: 'Wait.' };
  const { talk, happenings } = folded(
    log([...send('a')], [...starts('turn', 'a')], ['turn.failed', { turnId: 'turn', ...failure }]),
  );

  t.deepEqual(talk.open, []);
  const last = happenings.at(-1);
  t.like(last, { kind: 'turn-failed', turnId: 'turn', ...failure });
});

test('a rejected message is open no more', (t) => {
  const rejection = { commandId: 'a', code: 'ORC_AGENT_ENDED', reason: 'ended', cure: 'Again.' };
  const { talk, happenings } = folded(
    log([...send('a')], [...send('b')], ['process.rejected', rejection]),
  );

  t.deepEqual(ids(talk.open), ['b']);
  t.like(happenings.at(-1), { kind: 'rejected', ...rejection });
});

test('questions and progress happen like answers; questions with their options', (t) => {
  const { happenings } = folded(
    log(
      ['response.question', { text: 'Which?', options: ['x', 'y'] }],
      ['response.question', { text: 'Why?' }],
      ['response.progress', { text: 'half' }],
      ['process.ready', { runId: 'run' }],
    ),
  );

  t.like(happenings[0], { kind: 'question', text: 'Which?', options: ['x', 'y'] });
  t.false(happenings[1] && 'options' in happenings[1]);
  t.like(happenings[2], { kind: 'progress', text: 'half' });
  t.like(happenings[3], { kind: 'agent-ready', agentId: AGENT, sequence: 4 });
});

const ENDS = [
  ['process.stopped', { runId: 'r', reason: 'stop', code: 0, signal: null }, 'stop'],
  ['process.lost', { runId: 'r', reason: 'gone' }, 'gone'],
  ['process.start-failed', { runId: 'r', reason: 'no bash' }, 'no bash'],
  ['process.exited', { runId: 'r', code: 3, signal: null }, 'exit code 3'],
  // C6
  [
    'process.exited',
    { runId: 'r', code: 137, signal: null, outOfMemory: true },
    'out of memory, exit code 137',
  ],
  ['process.exited', { runId: 'r', code: null, signal: null }, 'exit code unknown'],
  ['process.exited', { runId: 'r', code: null, signal: 'SIGKILL' }, 'killed by SIGKILL'],
] as const;

for (const [type, data, how] of ENDS) {
  test(`an agent's ${type} (${how}) ends the talk`, (t) => {
    // Each pair is of one type.
    const { talk, happenings } = folded(
      log([type, data] as ['process.lost', DataOf<'process.lost'>]),
    );

    t.true(talk.ended);
    t.like(happenings[0], { kind: 'agent-ended', how });
  });
}

test('what is none of the talk changes nothing', (t) => {
  const talk = newTalk(AGENT);
  const [event] = log(['command.interrupt', {}]);
  if (event === undefined) return t.fail();

  t.is(evolveTalk(talk, event), talk);
  t.is(happeningOf(talk, event), undefined);
});
