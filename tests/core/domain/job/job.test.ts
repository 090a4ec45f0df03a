import test from 'ava';
import type { ClusterView } from '../../../../core/domain/agent/claim.ts';
import { evolveJob } from '../../../../core/domain/job/evolve-job.ts';
import { foldJobEvent, MAX_ENDED_JOBS } from '../../../../core/domain/job/fold-job.ts';
import {
  callbackHash,
  callbackToken,
  opensCallback,
} from '../../../../core/domain/job/job-callback.ts';
import { endEvents, hasEndedSo, lateEvents } from '../../../../core/domain/job/job-end-events.ts';
import {
  acceptedEvents,
  answeredEvents,
  cancelEvents,
  progressEvents,
} from '../../../../core/domain/job/job-events.ts';
import { isOpen, type JobState, shownPhase } from '../../../../core/domain/job/job-state.ts';
import { nextJobStep } from '../../../../core/domain/job/next-job-step.ts';
import {
  jobIdOf,
  MAX_ALL_OPEN_JOBS,
  MAX_OPEN_JOBS,
  requestJob,
} from '../../../../core/domain/job/request-job.ts';
import type { NewEvent, StoredEvent } from '../../../../schemas/event.ts';
import { parseSubject } from '../../../../schemas/subjects.ts';
import { exited, READY, working } from '../../../support/agent-events.ts';
import { AGENT, CONTEXT, evolved, stored } from '../../../support/decider.ts';
import { CALLER, jobAfter, requestEvents, ringing, WISH } from '../../../support/job-events.ts';

const NOW = CONTEXT.now;
const later = (ms: number) => new Date(NOW.getTime() + ms);
const SELF = { node: 'node-1', place: 'here', holder: 'holder-1' };

const view = (own: Partial<ClusterView> = {}): ClusterView => ({
  self: SELF,
  nodes: new Map([['node-1', { places: ['here'], draining: false }]]),
  settled: true,
  isSilentForLong: () => false,
  ...own,
});

const place = (own: Partial<ClusterView> = {}) => ({
  view: view(own),
  hasRoom: true,
  canRun: true,
});

const accept = (job: JobState, self = SELF, at = NOW): NewEvent[] =>
  job.phase === 'working' ? acceptedEvents(job, { executor: 'command', self }, at) : [];

const running = (rules: Parameters<typeof requestEvents>[0] = {}): JobState => {
  const requested = jobAfter(requestEvents(rules));
  return jobAfter(accept(requested), requested);
};

function open(job: JobState) {
  if (!isOpen(job)) throw new Error(`it is ${job.phase}`);
  return job;
}

const types = (events: readonly NewEvent[]) => events.map(({ type }) => type);

test('a call makes one job however often it is handled, and a key makes that the caller’s choice', (t) => {
  t.deepEqual(requestEvents(), requestEvents());
  const other = { ...CALLER, call: { id: 'call-2', sequence: 9 } };
  t.not(jobIdOf(WISH, CALLER), jobIdOf(WISH, other));
  const keyed = { ...WISH, key: 'release-1' };
  t.is(jobIdOf(keyed, CALLER), jobIdOf(keyed, other));
  const ben = { ...other, owner: { channel: 'terminal', userId: 'ben' } };
  t.not(jobIdOf(keyed, CALLER), jobIdOf(keyed, ben), 'a key is its person’s own');
});

test('the same call while its job is open is that job; after its end it is another one', (t) => {
  const job = running();
  const again = { ...CALLER, call: { id: 'call-2', sequence: 9 } };
  const ask = (known: JobState) =>
    requestJob(
      { ...WISH, input: { ...WISH.input } },
      again,
      { timeouts: {} },
      [known],
      undefined,
      NOW,
    );
  t.like(ask(job), { ok: true, events: [], value: { id: job.jobId, state: 'working' } });
  const done = jobAfter(endEvents(open(job), { end: 'completed', result: 1 }, undefined, NOW), job);
  const next = ask(done);
  t.true(next.ok && next.value.id !== job.jobId && next.events.length === 1);
});

test('a job of the same key is answered with what became of it, however long ago', (t) => {
  const job = running();
  const done = jobAfter(endEvents(open(job), { end: 'completed', result: 1 }, undefined, NOW), job);
  const outcome = requestJob({ ...WISH, key: 'k' }, CALLER, { timeouts: {} }, [], done, NOW);
  t.deepEqual(outcome, { ok: true, events: [], value: { id: job.jobId, state: 'completed' } });
});

test('more open jobs than an agent may have, and a larger input, are refused with what to do', (t) => {
  const others = (count: number, own: Partial<JobState> = {}) =>
    // Open, as `running` has it.
    Array.from(
      { length: count },
      (_, n) => ({ ...running(), jobId: `job_${n}`, input: { n }, ...own }) as JobState,
    );
  const jobs = others(MAX_OPEN_JOBS);
  const ask = (input: Record<string, unknown>, open: JobState[]) =>
    requestJob({ ...WISH, input }, CALLER, { timeouts: {} }, open, undefined, NOW);
  t.like(ask({}, jobs), { ok: false, code: 'ORC_QUOTA' });
  t.like(ask({}, jobs.slice(1)), { ok: true });
  const elsewhere = { by: { agentId: 'agent-ffffffffffff', callId: 'call-1' } };
  t.like(ask({}, others(MAX_ALL_OPEN_JOBS, elsewhere)), { ok: false, code: 'ORC_QUOTA' });
  t.like(ask({ text: 'x'.repeat(70_000) }, []), { ok: false, code: 'ORC_TOO_LARGE' });
});

test('a job that is asked about runs after a yes, and ends with a no or without an answer', (t) => {
  const events = requestEvents({ question: 'Deploy?', timeouts: { confirmMs: 60_000 } });
  t.deepEqual(types(events), ['job.requested', 'job.input-required', 'job-timer.confirm']);
  const asked = jobAfter(events);
  if (asked.phase !== 'input_required') return t.fail();
  t.is(nextJobStep(asked, place()), undefined, 'nothing runs before the answer');
  const ann = { channel: 'terminal', userId: 'ann' };
  t.like(nextJobStep(jobAfter(answeredEvents(asked, true, ann, NOW), asked), place()), {
    do: 'accept',
  });
  const declined = jobAfter(answeredEvents(asked, false, ann, NOW), asked);
  t.is(shownPhase(declined), 'input_required');
  t.like(nextJobStep(declined, place()), { do: 'end', end: { code: 'ORC_JOB_DECLINED' } });
  const silent = evolveJob(asked, asked.jobId, ringing(events[2]));
  t.like(silent && nextJobStep(silent, place()), { do: 'end', end: { code: 'ORC_JOB_DECLINED' } });
  // A second word counts for nothing.
  t.is(jobAfter(answeredEvents(asked, true, ann, NOW), declined), declined);
});

test('what nobody takes in time is timed out; a timer of earlier means nothing', (t) => {
  const events = requestEvents({ timeouts: { acceptMs: 1_000 } });
  const job = jobAfter(events);
  const overdue = evolveJob(job, job.jobId, ringing(events[1]));
  t.like(overdue && nextJobStep(overdue, place()), {
    do: 'end',
    end: { code: 'ORC_JOB_TIMED_OUT', reason: 'nothing took it within 1 s' },
  });
  const taken = jobAfter(accept(job), job);
  t.is(evolveJob(taken, job.jobId, ringing(events[1])), taken);
});

test('every sign of life moves the heartbeat’s time-out on', (t) => {
  const requested = jobAfter(requestEvents({ timeouts: { heartbeatMs: 1_000, totalMs: 9_000 } }));
  const begun = accept(requested);
  t.deepEqual(types(begun), ['job.accepted', 'job-timer.total', 'job-timer.heartbeat']);
  const job = jobAfter(begun, requested);
  const said = progressEvents(
    open(job),
    { percent: 150, text: 'x'.repeat(2_000) },
    '9',
    later(600),
  );
  const alive = jobAfter(said, job);
  t.like(alive.progress, { percent: 100 });
  t.is(alive.progress?.text?.length, 1_000);
  t.is(evolveJob(alive, job.jobId, ringing(begun[2])), alive, 'it was heard of since');
  const silent = evolveJob(alive, job.jobId, ringing(said[1]));
  t.like(silent && nextJobStep(silent, place()), {
    do: 'stop',
    end: { code: 'ORC_JOB_TIMED_OUT' },
  });
  const long = evolveJob(job, job.jobId, ringing(begun[1]));
  t.like(long && nextJobStep(long, place()), { do: 'stop', end: { code: 'ORC_JOB_TIMED_OUT' } });
});

test('a job is taken where there is room for it, by whoever has an executor', (t) => {
  const job = jobAfter(requestEvents());
  t.like(nextJobStep(job, place()), { do: 'accept' });
  t.is(nextJobStep(job, { ...place(), hasRoom: false }), undefined);
  t.is(nextJobStep(job, { ...place(), canRun: false }), undefined);
});

test('a run is watched by its holder, found again by a restart, and given up when its place is gone', (t) => {
  const job = running();
  const others = new Map([['node-2', { places: ['there'], draining: false }]]);
  t.like(nextJobStep(job, place()), { do: 'watch' });
  t.like(nextJobStep(job, place({ self: { ...SELF, holder: 'holder-2' } })), { do: 'take-over' });
  const second = { node: 'node-2', place: 'there', holder: 'h' };
  const both = new Map([...view().nodes, ...others]);
  t.is(nextJobStep(job, place({ self: second, nodes: both })), undefined, 'its node lives');
  t.is(nextJobStep(job, place({ self: second, nodes: others })), undefined, 'it may come back');
  const gone = place({ self: second, nodes: others, isSilentForLong: () => true });
  t.like(nextJobStep(job, gone), { do: 'end', end: { code: 'ORC_JOB_INTERRUPTED' } });
  const near = new Map([['node-3', { places: ['here'], draining: false }]]);
  const third = { node: 'node-3', place: 'here', holder: 'h' };
  t.like(nextJobStep(job, place({ self: third, nodes: near })), { do: 'take-over' });
  t.is(nextJobStep(job, place({ self: third, nodes: near, settled: false })), undefined);
  const taken = jobAfter(accept(job, third), job);
  t.like(taken, { run: { epoch: 2, node: 'node-3' } });
  const [late] = accept(jobAfter(requestEvents()));
  t.is(late && jobAfter([late], taken), taken, 'an older epoch takes nothing back');
});

test('what no machine of ours does is followed by any spawner that has the tool, once its node is gone', (t) => {
  const waits = jobAfter(requestEvents());
  const job = (executor: string) =>
    waits.phase === 'working'
      ? jobAfter(acceptedEvents(waits, { executor, self: SELF }, NOW), waits)
      : waits;
  const second = { node: 'node-2', place: 'there', holder: 'h' };
  const others = new Map([['node-2', { places: ['there'], draining: false }]]);
  const there = place({ self: second, nodes: others });
  for (const executor of ['nats', 'http']) {
    t.like(nextJobStep(job(executor), there), { do: 'take-over' }, executor);
    const unknown = { ...there, canRun: false };
    t.is(nextJobStep(job(executor), unknown), undefined, executor);
    const both = place({ self: second, nodes: new Map([...view().nodes, ...others]) });
    t.is(nextJobStep(job(executor), both), undefined, executor);
  }
  t.is(nextJobStep(job('command'), there), undefined);
});

test('a service’s token opens its own job alone, and its end is told from another one', (t) => {
  const token = callbackToken('key', 'job_1');
  const waits = jobAfter(requestEvents());
  if (waits.phase !== 'working') return t.fail();
  const own = { executor: 'http', self: SELF, callback: callbackHash(token) };
  const events = acceptedEvents(waits, own, NOW);
  t.false(JSON.stringify(events).includes(token));
  const job = jobAfter(events, waits);
  t.true(opensCallback(job, token));
  for (const wrong of [callbackToken('key', 'job_2'), callbackToken('other', 'job_1'), '']) {
    t.false(opensCallback(job, wrong));
  }
  t.false(opensCallback(waits, token), 'nobody has accepted it');
  t.false(opensCallback(running(), token), 'its tool has no callback');
  const result = { at: ['live', { n: 1 }] };
  const done = jobAfter(endEvents(open(job), { end: 'completed', result }, undefined, NOW), job);
  if (done.phase !== 'completed') return t.fail();
  t.true(opensCallback(done, token), 'what is late is known, too');
  t.true(hasEndedSo(done, { end: 'completed', result: structuredClone(result) }));
  t.false(hasEndedSo(done, { end: 'completed', result: 1 }));
  t.false(hasEndedSo(done, { end: 'failed', code: 'ORC_JOB_FAILED', reason: '' }));
});

test('somebody’s cancel ends what waits at once, and what runs by its executor', (t) => {
  const by = { agentId: AGENT, causationId: 'call-9' };
  const waits = jobAfter(requestEvents());
  const cancelled = jobAfter(cancelEvents(open(waits), by, NOW), waits);
  t.like(nextJobStep(cancelled, place()), { do: 'end', end: { end: 'cancelled' } });
  const job = running();
  const asked = jobAfter(cancelEvents(open(job), by, NOW), job);
  t.like(nextJobStep(asked, place()), { do: 'stop', end: { reason: `by ${AGENT}` } });
  const ann = { from: { channel: 'terminal', userId: 'ann' }, causationId: 'press-1' };
  t.is(jobAfter(cancelEvents(open(asked), ann, NOW), asked), asked, 'once is enough');
});

test('an end is one append: the end, the result for who waits, and a turn of the agent that asked', (t) => {
  const job = open(running());
  const agent = evolved(working());
  const events = endEvents(job, { end: 'completed', result: { url: 'https://a' } }, agent, NOW);
  t.deepEqual(types(events), ['job.completed', 'result', 'command.send']);
  t.like(events[1]?.data, { ok: true, callId: job.jobId, value: { state: 'completed' } });
  t.regex(String(Reflect.get(events[2]?.data ?? {}, 'text')), /completed: \{"url":"https:\/\/a"\}/);
  t.deepEqual(types(endEvents(job, { end: 'completed', result: 1 }, undefined, NOW)), [
    'job.completed',
    'result',
  ]);
  const end = { end: 'failed', code: 'ORC_JOB_FAILED', reason: 'exit code 3' } as const;
  const failed = endEvents(job, end, agent, NOW);
  t.like(failed[1]?.data, { ok: false, error: { code: 'ORC_JOB_FAILED' } });
  t.is(jobAfter(failed, job).phase, 'failed');
});

test('a caller that waits is told by the result alone, unless the turn that waited is over', (t) => {
  const agent = evolved(working());
  const turnId = 'phase' in agent && 'turn' in agent ? agent.turn?.turnId : undefined;
  t.truthy(turnId);
  const job = open(running());
  const waits = { ...job, notify: false, by: { agentId: AGENT, callId: 'c', turnId } };
  const done = { end: 'completed', result: 1 } as const;
  t.deepEqual(types(endEvents(waits, done, agent, NOW)), ['job.completed', 'result']);
  const gone = { ...waits, by: { ...waits.by, turnId: 'turn-before' } };
  t.deepEqual(types(endEvents(gone, done, agent, NOW)), [
    'job.completed',
    'result',
    'command.send',
  ]);
});

test('a caller that has ended is told only where it is about to go on', (t) => {
  const job = open(running());
  const done = { end: 'completed', result: 1 } as const;
  const told = (...events: StoredEvent[]) => types(endEvents(job, done, evolved(events), NOW));
  t.deepEqual(told(...READY, exited), ['job.completed', 'result']);
  const resume = stored('command.resume', {});
  t.deepEqual(told(...READY, exited, resume), ['job.completed', 'result', 'command.send']);
  t.deepEqual(told(resume), ['job.completed', 'result', 'command.send'], 'archived');
});

test('a result that comes after the end is stored under an id of its own, and changes nothing', (t) => {
  const job = running();
  const ended = jobAfter(
    endEvents(open(job), { end: 'cancelled', reason: '' }, undefined, NOW),
    job,
  );
  const [late] = lateEvents(ended, { end: 'completed', result: 1 }, '2', NOW);
  t.is(late?.id, `job.late:2:${job.jobId}`);
  t.is(late && jobAfter([late], ended), ended);
  t.is(nextJobStep(ended, place()), undefined);
});

test('a result that is too large for the log is one that says so', (t) => {
  const job = running();
  const large = { end: 'completed', result: 'x'.repeat(100_000) } as const;
  t.like(jobAfter(endEvents(open(job), large, undefined, NOW), job), {
    result: { tooLarge: 100_002 },
  });
});

test('of the jobs that have ended the last are kept in mind, and all that are open', (t) => {
  const jobs = new Map<string, JobState>();
  const fold = (events: readonly NewEvent[]) => {
    for (const event of events) {
      const address = parseSubject(event.subject);
      if (event.schedule || address?.family !== 'job') continue;
      foldJobEvent(jobs, address.jobId, { ...event, sequence: 1 } as StoredEvent);
    }
  };
  const first = requestEvents({}, { key: 'open' });
  fold(first);
  const ids: string[] = [];
  for (let n = 0; n < MAX_ENDED_JOBS + 3; n += 1) {
    const events = requestEvents({}, { key: String(n) });
    fold(events);
    const job = jobAfter(events);
    ids.push(job.jobId);
    fold(endEvents(open(job), { end: 'completed', result: n }, undefined, NOW));
  }
  t.is(jobs.size, MAX_ENDED_JOBS + 1);
  t.true(jobs.has(jobAfter(first).jobId));
  t.deepEqual(
    ids.slice(0, 3).map((id) => jobs.has(id)),
    [false, false, false],
  );
  t.true(jobs.has(ids[3] ?? ''));
});
