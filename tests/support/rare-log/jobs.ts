import { endEvents, type JobEnd } from '../../../core/domain/job/job-end-events.ts';
import {
  acceptedEvents,
  answeredEvents,
  cancelEvents,
  progressEvents,
} from '../../../core/domain/job/job-events.ts';
import type { OpenJob } from '../../../core/domain/job/job-state.ts';
import { nextJobStep } from '../../../core/domain/job/next-job-step.ts';
import { requestJob } from '../../../core/domain/job/request-job.ts';
import type { Script } from './script.ts';

const ANN = { owner: { channel: 'terminal', userId: 'ann' } };
const SELF = { node: 'node-a', place: 'place-here', holder: 'holder-a' };
const COMPLETED: JobEnd = { end: 'completed', result: { took: 3 } };

/** Another target each time: the same wish is the same job. */
const deploy = (script: Script, agentId: string, more: object = {}): OpenJob => {
  const target = `shop-${script.world.messages.length}`;
  script.call(agentId, 'deploy', 'run', { input: { target }, ...more });
  script.settle(agentId);
  return script.lastJob;
};

function accept(script: Script, job: OpenJob, by = SELF, more: { callback?: string } = {}): void {
  script.job((open, now) => {
    if (open.phase !== 'working') throw new Error(`it is ${open.phase}`);
    return acceptedEvents(open, { executor: 'command', self: by, ...more }, now);
  }, job);
}

function end(script: Script, job: OpenJob, how: JobEnd): void {
  script.job((open, now) => {
    const agent = open.by && script.world.system.agents.get(open.by.agentId);
    return endEvents(open, how, agent, now);
  }, job);
}

/** The end that its log asks for. */
function endByLog(script: Script, job: OpenJob): void {
  const nodes = new Map([[SELF.node, { places: [SELF.place], draining: false }]]);
  const view = { self: SELF, nodes, settled: true, isSilentForLong: () => true };
  const now = script.world.system.jobs.get(job.jobId);
  const step = now && nextJobStep(now, { view, hasRoom: false, canRun: false });
  if (step?.do !== 'end' && step?.do !== 'stop')
    throw new Error(`it does not end, but ${step?.do}`);
  end(script, job, step.end);
}

/** How jobs of agents end, and who is told. */
export function endsOfJobs(script: Script): void {
  const agentId = script.ready(ANN);
  for (const how of ENDS) {
    const job = deploy(script, agentId);
    accept(script, job);
    end(script, job, how);
    script.settle(agentId);
    script.say(agentId, 'response.answer', { text: 'Thanks.' });
    script.settle(agentId);
  }
  // It waits for it in its turn, and in a later one it does not.
  script.send(agentId);
  script.settle(agentId);
  const awaited = deploy(script, agentId, { wait: true });
  accept(script, awaited, SELF, { callback: 'a'.repeat(64) });
  end(script, awaited, COMPLETED);
  const missed = deploy(script, agentId, { wait: true });
  accept(script, missed);
  script.say(agentId, 'response.answer', { text: 'I do not wait.' });
  script.settle(agentId);
  end(script, missed, COMPLETED);
  script.settle(agentId);

  // Outside of a turn nobody waits.
  script.say(agentId, 'response.answer', { text: 'Seen.' });
  script.settle(agentId);
  const idle = deploy(script, agentId, { wait: true });
  accept(script, idle);
  end(script, idle, COMPLETED);
  script.settle(agentId);
  // Its agent is gone, or about to go on.
  const gone = script.ready();
  const [orphan, adopted] = [deploy(script, gone), deploy(script, gone)];
  accept(script, orphan);
  accept(script, adopted);
  script.step(gone, { end: { code: 0, signal: null } });
  end(script, orphan, COMPLETED);
  script.command(gone, 'command.resume', {});
  end(script, adopted, COMPLETED);
  script.settle(gone);
}

const ENDS: readonly JobEnd[] = [
  COMPLETED,
  { end: 'completed', result: undefined },
  { end: 'completed', result: 'x'.repeat(3_000) },
  { end: 'completed', result: 'x'.repeat(40_000) },
  { end: 'failed', code: 'ORC_JOB_FAILED', reason: 'exit code 1' },
  { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason: '' },
  { end: 'failed', code: 'ORC_JOB_FAILED', reason: 'x'.repeat(5_000) },
];

/** Jobs that are to end, whatever they do. */
export function unwanted(script: Script): void {
  const agentId = script.ready(ANN);
  const other = script.ready();
  const call = (caller: string, tool: string, verb: string, input: object) => {
    script.call(caller, tool, verb, input);
    script.settle(caller);
  };
  const untaken = deploy(script, agentId);
  call(other, 'job', 'cancel', { jobId: untaken.jobId });
  call(other, 'job', 'get', { jobId: untaken.jobId });
  call(agentId, 'job', 'cancel', { jobId: 'job_none' });
  call(agentId, 'job', 'cancel', { jobId: untaken.jobId });
  call(agentId, 'job', 'cancel', { jobId: untaken.jobId });
  endByLog(script, untaken);
  const ofOther = deploy(script, agentId);
  call(script.ready(ANN), 'job', 'cancel', { jobId: ofOther.jobId });
  endByLog(script, ofOther);
  call(agentId, 'job', 'cancel', { jobId: untaken.jobId });
  const anonymous = deploy(script, other);
  call(agentId, 'job', 'get', { jobId: anonymous.jobId });
  call(other, 'job', 'get', { jobId: anonymous.jobId });
  call(other, 'job', 'list', {});
  accept(script, anonymous);
  script.job((job, now) => cancelEvents(job, { causationId: 'somebody' }, now), anonymous);
  endByLog(script, anonymous);

  for (const approved of [false, true, undefined]) {
    call(agentId, 'infra', 'apply', { input: { target: `${approved}` } });
    const asked = script.lastJob;
    if (approved === undefined) script.world.pass(121_000);
    else script.job((job, now) => answered(job, approved, now), asked);
    if (approved) accept(script, asked);
    if (approved) end(script, asked, COMPLETED);
    else endByLog(script, asked);
  }
  const untimely = deploy(script, agentId);
  script.world.pass(61_000);
  endByLog(script, untimely);
  const silent = deploy(script, agentId);
  accept(script, silent);
  script.world.pass(50_000);
  script.job((job, now) => progressEvents(job, { text: 'half', percent: 50 }, '1', now), silent);
  script.world.pass(91_000);
  endByLog(script, silent);
  const long = deploy(script, agentId);
  accept(script, long);
  for (let n = 0; n < 5; n += 1) {
    script.world.pass(61_000);
    if (n < 4)
      script.job((job, now) => progressEvents(job, { percent: n * 20 }, `${n}`, now), long);
  }
  endByLog(script, long);
  script.settle(agentId);
}

function answered(job: OpenJob, approved: boolean, now: Date) {
  if (job.phase !== 'input_required') throw new Error(`it is ${job.phase}`);
  return answeredEvents(job, approved, job.owner, now);
}

/** Takeovers: another process of its node, and another node of its place. */
export function takeovers(script: Script): void {
  const agentId = script.ready(ANN);
  const job = deploy(script, agentId);
  accept(script, job);
  accept(script, job, { ...SELF, holder: 'holder-b' });
  accept(script, job, { ...SELF, node: 'node-b', holder: 'holder-c' });
  end(script, job, COMPLETED);
  script.settle(agentId);
}

/** The same wish, the same key, and more than may be open. */
export function repeated(script: Script): void {
  const agentId = script.ready(ANN);
  const call = (input: object, verb = 'run') => {
    script.call(agentId, 'deploy', verb, input);
    script.settle(agentId);
  };
  call({ input: { target: 'a', more: { x: 1, y: [1, 2] } } });
  call({ input: { more: { y: [1, 2], x: 1 }, target: 'a' } });
  call({ input: { target: 'a', more: { x: 1, y: [2, 1] } } });
  call({ input: { target: 'a', more: null } });
  call({ input: { target: 'a', more: [1] } });
  call({ input: { target: 'a', more: { 0: 1 } } });
  call({ input: { target: 'a', more: { x: 1, y: [1, 2] } } }, 'stop');
  script.call(agentId, 'infra', 'run', { input: { target: 'a', more: null } });
  script.settle(agentId);
  call({ input: { target: 'key' }, key: 'nightly' });
  call({ input: { target: 'other' }, key: 'nightly' });
  const nobodys = script.ready();
  script.call(nobodys, 'deploy', 'run', { input: { target: 'key' }, key: 'nightly' });
  script.settle(nobodys);
  for (let n = 0; n < 22; n += 1) call({ input: { target: `many-${n}` } });
  // Of a person, without any agent: no call of an agent, and no job of this one.
  const wish = { tool: 'deploy', verb: 'run', input: { target: 'a', more: null }, notify: false };
  const caller = { call: { id: 'by-ann', sequence: 1 }, ...ANN };
  const outcome = requestJob(wish, caller, { timeouts: {} }, [], undefined, script.world.date);
  if (!outcome.ok) throw new Error(outcome.message);
  script.append(outcome.events);
  const job = script.lastJob;
  accept(script, job);
  end(script, job, COMPLETED);
}

/** Agents that agents order: as many as may be, and as deep. */
export function orders(script: Script): void {
  const agentId = script.ready(ANN);
  const ordered = [1, 2, 3, 4].map(() => deploy(script, agentId));
  const refuse = (caller: string, message: string) => {
    script.call(caller, 'deploy', 'run', { input: { target: 'one more' } });
    const outcome = { ok: false, code: 'ORC_QUOTA', message } as const;
    script.settle(caller, { told: { call: { effects: [], outcome } } });
  };
  refuse(agentId, '4 agents work for this one already: wait for one, or cancel one');
  const [first] = ordered;
  if (first) {
    script.job((job, now) => {
      if (job.phase !== 'working') throw new Error(`it is ${job.phase}`);
      return acceptedEvents(job, { executor: 'agent', self: SELF }, now);
    }, first);
    end(script, first, COMPLETED);
  }
  const deep = script.ready({ ordered: { jobId: 'job_000000000001', by: agentId, depth: 3 } });
  refuse(deep, 'Agents that were ordered by agents order no more than 3 deep: do it yourself');
}
