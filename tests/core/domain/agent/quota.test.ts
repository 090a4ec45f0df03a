import test from 'ava';
import { isLive, type LiveAgent, MAX_WAITING } from '../../../../core/domain/agent/agent-state.ts';
import { judgeQuota, type Quotas } from '../../../../core/domain/agent/run/quota.ts';
import {
  mutedEvents,
  refusalEvents,
  unmutedEvents,
} from '../../../../core/domain/agent/run/quota-events.ts';
import { type Said, withWord } from '../../../../core/domain/agent/run/said.ts';
import { closeQuestionEvents } from '../../../../core/domain/agent/turn/question-events.ts';
import {
  answered,
  called,
  overdue,
  READY,
  RUN,
  sent,
  signalled,
  stopping,
  turnStarted,
  working,
} from '../../../support/agent-events.ts';
import { CONTEXT, given, JOINS, QUEUES, stored } from '../../../support/decider.ts';
import { statedOfRun } from '../../../support/stated-events.ts';

const QUOTAS: Quotas = {
  eventsPerMinute: 3,
  bytesPerMinute: 1_000,
  events: 10,
  bytes: 5_000,
  files: 2,
  fileBytes: 100,
  questions: 1,
  calls: 2,
  connections: 3,
  minuteMs: 60_000,
};

const NO_FILES = { files: 0, bytes: 0 };

const at = (ms: number): Date => new Date(CONTEXT.now.getTime() + ms);

/** Words of 100 bytes, at these milliseconds. */
const saidAt = (...times: number[]): Said | undefined =>
  times.reduce<Said | undefined>((said, ms) => withWord(said, 100, at(ms)), undefined);

const muted = (own: { until?: string; time?: string } = {}) =>
  stored(
    'process.muted',
    {
      runId: RUN,
      code: 'ORC_QUOTA',
      reason: '4 messages within a minute, where 3 are allowed',
      cure: 'Wait.',
      ...(own.until && { until: own.until }),
    },
    { time: own.time ?? at(0).toISOString() },
  );
const unmuted = stored('process.unmuted', { runId: RUN });

/** A live agent after these events that has said so much. */
function live(events: Parameters<typeof given>, said?: Said): LiveAgent {
  const { state } = given(...events);
  if (!isLive(state)) throw new Error('the agent does not live');
  return said ? { ...state, said } : state;
}

test('what is said counts in all, and in a minute that its first word begins', (t) => {
  t.deepEqual(saidAt(0, 59_999), {
    events: 2,
    bytes: 200,
    minute: { since: at(0).toISOString(), events: 2, bytes: 200 },
  });
  t.deepEqual(saidAt(0, 1, 60_000), {
    events: 3,
    bytes: 300,
    minute: { since: at(60_000).toISOString(), events: 1, bytes: 100 },
  });
});

test('a clock that goes back begins a minute, and takes nothing away', (t) => {
  t.like(saidAt(10_000, 0), { events: 2, minute: { since: at(0).toISOString(), events: 1 } });
});

test('connections beyond the quota are muted for a minute, whatever is counted meanwhile', (t) => {
  const judge = (open: number, events = READY, ms = 0) =>
    judgeQuota(live(events), NO_FILES, QUOTAS, at(ms), open);
  t.is(judge(3), undefined);
  const until = at(60_000).toISOString();
  t.like(judge(4), {
    do: 'mute',
    excess: { reason: '4 connections at a time, where 3 are allowed', until },
  });
  const silent = [...READY, muted({ until })];
  t.deepEqual(judge(4, silent, 1_000), { do: 'wait', until: new Date(until) });
  t.deepEqual(judge(0, silent, 60_000), { do: 'unmute' });
});

test('as much as is allowed is allowed; one more is muted until the minute is over', (t) => {
  t.is(judgeQuota(live(READY, saidAt(0, 1, 2)), NO_FILES, QUOTAS, at(3)), undefined);
  const verdict = judgeQuota(live(READY, saidAt(0, 1, 2, 3)), NO_FILES, QUOTAS, at(3));
  t.deepEqual(verdict, {
    do: 'mute',
    excess: {
      reason: '4 messages within a minute, where 3 are allowed',
      cure: `It may speak again at ${at(60_000).toISOString()}.`,
      until: at(60_000).toISOString(),
    },
  });
});

test('bytes count beside messages', (t) => {
  const said = withWord(undefined, 1_001, at(0));
  t.like(judgeQuota(live(READY, said), NO_FILES, QUOTAS, at(1)), {
    do: 'mute',
    excess: { reason: '1001 bytes of messages within a minute, where 1000 are allowed' },
  });
});

test('a minute that is over when it is looked at is past', (t) => {
  t.is(judgeQuota(live(READY, saidAt(0, 1, 2, 3)), NO_FILES, QUOTAS, at(60_000)), undefined);
});

test('nobody is muted for less than it takes until a new credential counts', (t) => {
  const said = saidAt(0, 1, 2, 59_900);
  t.like(judgeQuota(live(READY, said), NO_FILES, QUOTAS, at(59_900)), {
    excess: { until: at(62_900).toISOString() },
  });
});

const IN_ALL: [string, Said | undefined, { files: number; bytes: number }, string][] = [
  ['messages', { events: 11, bytes: 0 }, NO_FILES, 'EVENTS'],
  ['bytes of messages', { events: 1, bytes: 5_001 }, NO_FILES, 'BYTES'],
  ['files', undefined, { files: 3, bytes: 0 }, 'FILES'],
  ['bytes of files', undefined, { files: 1, bytes: 101 }, 'FILE_BYTES'],
];

for (const [what, said, files, setting] of IN_ALL) {
  test(`${what} in all mute until the quota is raised`, (t) => {
    const verdict = judgeQuota(live(READY, said), files, QUOTAS, at(0));
    if (verdict?.do !== 'mute') return t.fail();
    t.regex(verdict.excess.reason, new RegExp(`^\\d+ ${what}, where \\d+ are allowed in all$`));
    t.is(verdict.excess.cure, `An operator can raise ORCHESTRATOR_QUOTA_${setting}.`);
    t.false('until' in verdict.excess);

    const after = live([...READY, muted()], said);
    t.is(judgeQuota(after, files, QUOTAS, at(86_400_000)), undefined);
    const raised = { ...QUOTAS, events: 100, bytes: 100_000, files: 100, fileBytes: 100_000 };
    t.deepEqual(judgeQuota(after, files, raised, at(10_000)), { do: 'unmute' });
  });
}

test('while files are not counted, who is muted for good stays so', (t) => {
  const state = live([...READY, muted()]);
  t.is(judgeQuota(state, undefined, QUOTAS, at(10_000)), undefined);
  t.deepEqual(judgeQuota(state, NO_FILES, QUOTAS, at(10_000)), { do: 'unmute' });
});

test('who is muted for a minute is looked at again when it is over, and may speak then', (t) => {
  const until = at(60_000);
  const state = live([...READY, muted({ until: until.toISOString() })], saidAt(0, 1, 2, 3));
  t.deepEqual(judgeQuota(state, undefined, QUOTAS, at(59_999)), { do: 'wait', until });
  t.deepEqual(judgeQuota(state, undefined, QUOTAS, until), { do: 'unmute' });
});

test('who is over the quota of its life too stays muted, for that reason', (t) => {
  const state = live([...READY, muted({ until: at(60_000).toISOString() })], {
    events: 11,
    bytes: 0,
  });
  t.like(judgeQuota(state, NO_FILES, QUOTAS, at(60_000)), {
    do: 'mute',
    excess: { reason: '11 messages, where 10 are allowed in all' },
  });
});

test('an agent that is about to end is left alone', (t) => {
  t.is(
    judgeQuota(live([...READY, stopping], saidAt(0, 1, 2, 3)), NO_FILES, QUOTAS, at(4)),
    undefined,
  );
});

test('a mute and its end are stated, and the minute begins anew', (t) => {
  const excess = { reason: 'too much', cure: 'Wait.', until: at(60_000).toISOString() };
  const decided = given(...READY).when<LiveAgent>((state) => mutedEvents(state, excess, CONTEXT));
  const now = at(0).toISOString();
  const data = { runId: RUN, code: 'ORC_QUOTA', ...excess };
  decided.thenAppends(t, statedOfRun('process.muted', data, `${RUN}:${now}`));
  t.like(decided.state, { muted: { ...excess, at: at(0).toISOString(), code: 'ORC_QUOTA' } });

  given(...READY, muted())
    .when<LiveAgent>((state) => unmutedEvents(state, CONTEXT))
    .thenAppends(t, statedOfRun('process.unmuted', { runId: RUN }, `${RUN}:${now}`));
  const { state } = given(...READY, muted());
  const again = given(...READY, muted(), unmuted).state;
  t.true(isLive(state) && state.muted !== undefined);
  t.true(isLive(again) && again.muted === undefined);
});

test('of another run nothing is muted', (t) => {
  const other = stored('process.muted', { runId: 'run-2', code: 'x', reason: 'x', cure: 'x' });
  const { state } = given(...READY, other);
  t.true(isLive(state) && state.muted === undefined);
});

test('a turn that cannot end fails once, with the reason; what comes later is not delivered', (t) => {
  const reason = '4 messages within a minute, where 3 are allowed';
  for (const traits of [JOINS, QUEUES]) {
    t.like(given(...working(), muted()).step(traits), {
      do: 'fail-turn',
      code: 'ORC_QUOTA',
      detail: reason,
    });
    const opened = given(...READY, muted(), sent('m-2'));
    t.like(opened.step(traits), { do: 'open-turn' });
    t.like(given(...READY, muted(), sent('m-2'), turnStarted('m-2')).step(traits), {
      do: 'fail-turn',
      code: 'ORC_QUOTA',
    });
  }
});

test('a turn that was answered before ends as answered', (t) => {
  t.like(given(...working(), answered, signalled, muted()).step(JOINS), { do: 'end-turn' });
});

test('a turn goes on when its agent is muted for a minute, and at its deadline it is told', (t) => {
  const until = at(60_000).toISOString();
  t.is(given(...working(), muted({ until })).step(JOINS), undefined);
  t.like(given(...working(), muted({ until }), unmuted, overdue()).step(JOINS), {
    do: 'fail-turn',
    code: 'ORC_QUOTA',
  });
  t.like(given(...READY, sent('m-1'), muted({ until }), turnStarted('m-1')).step(JOINS), {
    do: 'deliver',
  });
});

const waiting = (id: string) =>
  stored('response.question', { text: 'which?', waitMs: 60_000 }, { id });

test('whoever waits for an answer waits no more, and is told why', (t) => {
  const { state } = given(...working(), waiting('q-1'), muted());
  if (state.phase !== 'ready') return t.fail();
  const [question] = state.questions ?? [];
  t.true(question?.overdue);
  if (question === undefined) return t.fail();
  const events = closeQuestionEvents(state, question, CONTEXT);
  t.like(events.at(-1)?.data, { ok: false, error: { code: 'ORC_QUOTA' } });
  // The next message is a message.
  const next = given(...working(), waiting('q-1'), muted(), sent('m-2')).state;
  t.is(next.queue.length, 1);
});

test('calls beyond the quota are refused first, all at once', (t) => {
  const ids = ['call-1', 'call-2', 'call-3', 'call-4'];
  const state = live([...READY, ...ids.map((id) => called(id))]);
  const events = refusalEvents(state, QUOTAS, CONTEXT);
  t.deepEqual(
    events.map(({ data }) => data),
    ['call-3', 'call-4'].map((callId) => ({
      ok: false,
      callId,
      error: {
        code: 'ORC_QUOTA',
        message: '2 calls of this agent wait already, which is as many as may',
      },
    })),
  );
  t.deepEqual(refusalEvents(state, { ...QUOTAS, calls: 4 }, CONTEXT), []);
});

test('a question beyond the quota is refused, and the turn has its time again', (t) => {
  const state = live([...working(), waiting('q-1'), waiting('q-2')]);
  const events = refusalEvents(state, QUOTAS, CONTEXT);
  t.deepEqual(
    events.map(({ type }) => type),
    ['timer.turn', 'result'],
  );
  t.like(events.at(-1)?.data, { ok: false, callId: 'q-2', error: { code: 'ORC_QUOTA' } });
});

test('of calls and questions that wait no more are kept than a number that is fixed', (t) => {
  const many = Array.from({ length: MAX_WAITING + 5 }, (_, nth) => `x-${nth}`);
  const state = live([...READY, ...many.map((id) => called(id)), ...many.map(waiting)]);
  t.is(state.calls.length, MAX_WAITING);
  t.is(state.questions?.length, MAX_WAITING);
});
