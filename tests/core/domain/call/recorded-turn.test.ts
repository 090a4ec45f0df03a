import test from 'ava';
import { answerOfRecord, recordedTurn } from '../../../../core/domain/call/recorded-turn.ts';
import type { StoredEvent } from '../../../../schemas/event.ts';

const THEN = 'agent-0123456789ab';
const NOW = 'agent-ba9876543210';
const WHAT_IF = { messageId: 'say', turnId: 'turn-1' };

/** What an agent's log has, from a sequence on. */
const log = (agentId: string, first: number, ...entries: [string, object, string?][]) =>
  entries.map(
    ([subject, data, id = `e-${first}`], index) =>
      ({
        id,
        type: typeOf(subject),
        subject: `agents.${agentId}.${subject}`,
        sequence: first + index,
        data,
        // Type and data come in pairs.
      }) as unknown as StoredEvent,
  );

function typeOf(subject: string): string {
  if (subject.startsWith('result.')) return 'result';
  return subject.startsWith('tool.ship.') ? 'tool.declared' : subject;
}

const ship = (to: string, id: string): [string, object, string] => [
  'tool.ship.run',
  { input: { to, times: 2 }, wait: false },
  id,
];
const done = (callId: string, value: unknown): [string, object] => [
  `result.${callId}`,
  { ok: true, callId, value },
];
const failed = (callId: string, code: string): [string, object] => [
  `result.${callId}`,
  { ok: false, callId, error: { code, message: 'no' } },
];
const ask = (text: string, id: string, options?: string[]): [string, object, string] => [
  'response.question',
  { text, waitMs: 1000, ...(options && { options }) },
  id,
];

const RECORDED = recordedTurn(
  log(
    THEN,
    10,
    ship('live', 'c-0'),
    ['turn.started', { turnId: 'turn-1', commandId: 'm-1' }],
    ship('live', 'c-1'),
    done('c-0', 'before'),
    done('c-1', 'one'),
    ship('live', 'c-2'),
    failed('c-2', 'ORC_QUOTA'),
    ship('test', 'c-3'),
    ask('Which?', 'q-1', ['a', 'b']),
    done('q-1', { answer: 'a' }),
    ['turn.ended', { turnId: 'turn-1' }],
    done('c-3', 'too late to be of that turn'),
    ship('later', 'c-4'),
    done('c-4', 'later'),
  ).filter(({ sequence }) => sequence <= 20),
  { from: 11, to: 20 },
);

/** What the last of these comes to. */
const answered = (...asked: [string, object, string?][]) => {
  const own = log(NOW, 100, ['turn.started', { turnId: 'turn-9', commandId: 'say' }], ...asked);
  return answerOfRecord(RECORDED, own, 100 + asked.length, WHAT_IF).outcome;
};
const refusal = (...asked: [string, object, string?][]) => {
  const outcome = answered(...asked);
  return outcome.ok ? outcome : `${outcome.code}: ${outcome.message}`;
};

test('the same call gets the results of the turn in their order, each once, failures too', (t) => {
  t.deepEqual(answered(ship('live', 'n-1')), { ok: true, value: 'one' });
  t.deepEqual(answered(ship('live', 'n-1'), done('n-1', 'one'), ship('live', 'n-2')), {
    ok: false,
    code: 'ORC_QUOTA',
    message: 'no',
  });
  t.regex(
    String(refusal(ship('live', 'n-1'), ship('live', 'n-2'), ship('live', 'n-3'))),
    /ORC_NOT_RECORDED: This was asked less often in turn-1/,
  );
});

test('the order of arguments is none of it, and everything else is', (t) => {
  const turned: [string, object] = [
    'tool.ship.run',
    { wait: false, input: { times: 2, to: 'live' } },
  ];
  t.deepEqual(answered(turned), { ok: true, value: 'one' });
  for (const data of [
    { input: { to: 'live', times: 3 }, wait: false },
    { input: { to: 'live', times: 2 }, wait: true },
    { input: { to: 'live', times: 2 }, wait: false, key: 'k' },
  ]) {
    t.regex(String(refusal(['tool.ship.run', data])), /^ORC_NOT_RECORDED: Nothing like this/);
  }
  t.regex(String(refusal(['tool.ship.stop', { input: {}, wait: false }])), /^ORC_NOT_RECORDED/);
});

test('what was asked before or after that turn, or has no result in it, is not recorded', (t) => {
  t.regex(String(refusal(ship('later', 'n-1'))), /^ORC_NOT_RECORDED/);
  t.regex(String(refusal(ship('test', 'n-1'))), /^ORC_NOT_RECORDED/);
});

test('a question that waits is answered as the same one was, with the same choices alone', (t) => {
  t.deepEqual(answered(ask('Which?', 'p-1', ['a', 'b'])), { ok: true, value: { answer: 'a' } });
  t.regex(String(refusal(ask('Which?', 'p-1'))), /^ORC_NOT_RECORDED/);
  t.regex(String(refusal(ask('What?', 'p-1', ['a', 'b']))), /^ORC_NOT_RECORDED/);
});

test('what is asked before the turn of the message takes nothing of the record away', (t) => {
  const own = log(
    NOW,
    100,
    ['turn.started', { turnId: 'turn-8', commandId: 'first' }],
    ship('live', 'n-0'),
    ['turn.started', { turnId: 'turn-9', commandId: 'say' }],
    ship('live', 'n-1'),
  );
  t.like(answerOfRecord(RECORDED, own, 101, WHAT_IF).outcome, {
    ok: false,
    code: 'ORC_NOT_RECORDED',
  });
  t.deepEqual(answerOfRecord(RECORDED, own, 103, WHAT_IF).outcome, { ok: true, value: 'one' });
});

test('of a job its end is told as well: as it came in that turn, or that it did not', (t) => {
  const value = { id: 'job_1', state: 'working' };
  const began: [string, object] = ['turn.started', { turnId: 'turn-1', commandId: 'm-1' }];
  const asked = [began, ship('live', 'c-1'), done('c-1', value)] as const;
  const own = log(
    NOW,
    100,
    ['turn.started', { turnId: 'turn-9', commandId: 'say' }],
    ship('live', 'n-1'),
  );
  const answerBy = (...events: [string, object, string?][]) =>
    answerOfRecord(recordedTurn(log(THEN, 1, ...events), { from: 1, to: 9 }), own, 101, WHAT_IF);
  const end = { id: 'job_1', state: 'completed', result: 7 };
  t.deepEqual(answerBy(...asked, done('job_1', end)), {
    outcome: { ok: true, value },
    job: { jobId: 'job_1', outcome: { ok: true, value: end } },
  });
  t.like(answerBy(...asked).job, { outcome: { ok: false, code: 'ORC_NOT_RECORDED' } });
});
