import { isDeepStrictEqual } from 'node:util';
import { ERRORS, type ErrorCode } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { MAX_JOB_VALUE, MAX_PROBLEM } from '../../../schemas/limits.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { type AgentState, isLive } from '../agent/agent-state.ts';
import { goesOn } from '../agent/goes-on.ts';
import { resultEvent } from '../agent/turn/result-event.ts';
import { jobEvent } from './job-events.ts';
import { type EndedJob, type JobState, type OpenJob, traceparentOfJob } from './job-state.ts';
import { orderedAgentId } from './ordered-agent.ts';

/** How a job ends. */
export type JobEnd =
  | { end: 'completed'; result: unknown }
  | { end: 'failed'; code: ErrorCode; reason: string }
  | { end: 'cancelled'; reason: string };

/**
 * The end of a job, all of it one append: the end itself, the result for whoever waits for it
 * (`job wait`), and a turn of the agent that called, where it is to be told. An agent that has
 * ended is told nothing, unless it is about to go on.
 *
 * @param agent the agent that called
 */
export function endEvents(
  job: OpenJob,
  end: JobEnd,
  agent: AgentState | undefined,
  now: Date,
): NewEvent[] {
  const stated = endEvent(job, end, now, 'over');
  const stop = stopEvents(job, stated.id, now);
  if (job.by === undefined) return [stated, ...stop];
  const { by } = job;
  const { agentId } = by;
  const outcome =
    end.end === 'completed'
      ? {
          ok: true as const,
          value: { id: job.jobId, state: 'completed', result: kept(end.result) },
        }
      : { ok: false as const, code: codeOf(end), message: reasonOf(job, end) };
  const { correlationId, traceparent } = job;
  const meta = { source: 'orchestrator/jobs', now, correlationId, traceparent };
  const result = resultEvent(agentId, { callId: job.jobId, sequence: 0 }, outcome, {
    ...meta,
    causationId: stated.id,
  });
  return [stated, result, ...noticeEvents({ ...job, by }, end, agent, stated.id, now), ...stop];
}

/** The agent that did it has nothing to do any more. */
function stopEvents(job: OpenJob, causationId: string, now: Date): NewEvent[] {
  if (job.phase !== 'working' || job.run?.executor !== 'agent') return [];
  const whose = { agentId: orderedAgentId(job.jobId) };
  const { correlationId } = job;
  const id = `job.over:${job.jobId}:stop`;
  const meta = { id, source: 'orchestrator/jobs', now, correlationId, causationId };
  return [newEvent('command.stop', whose, { reason: 'asked' }, meta)];
}

/** What comes after its end: stored and stated, and nothing comes of it. */
export const lateEvents = (job: JobState, end: JobEnd, position: string, now: Date): NewEvent[] => [
  endEvent(job, end, now, `late:${position}`),
];

/** Whether a job has ended in this very way: who says so again says nothing new. */
export function hasEndedSo(job: EndedJob, end: JobEnd): boolean {
  if (job.phase === 'completed') {
    return end.end === 'completed' && isDeepStrictEqual(job.result, kept(end.result));
  }
  if (end.end !== job.phase || job.reason !== shortened(end.reason)) return false;
  return job.phase === 'cancelled' || (end.end === 'failed' && job.code === end.code);
}

/** Of all ways in which a job can be over one is stored: they have the same id. */
function endEvent(job: JobState, end: JobEnd, now: Date, which: string): NewEvent {
  const id = `job.${which}:${job.jobId}`;
  switch (end.end) {
    case 'completed':
      return { ...jobEvent(job, 'job.completed', { result: kept(end.result) }, now), id };
    case 'failed': {
      const data = { code: end.code, reason: shortened(end.reason) };
      return { ...jobEvent(job, 'job.failed', data, now), id };
    }
    case 'cancelled': {
      return { ...jobEvent(job, 'job.cancelled', { reason: shortened(end.reason) }, now), id };
    }
  }
}

const shortened = (reason: string): string => reason.slice(0, MAX_PROBLEM).toWellFormed();

/** A result that is too large for the log is one that says so: it is in the job's log. */
function kept(result: unknown): null {
  const bytes = Buffer.byteLength(JSON.stringify(result ?? null));
  const fits = bytes <= MAX_JOB_VALUE;
  const value = fits ? (result ?? null) : { tooLarge: bytes, cure: 'See the log of the job' };
  // What JSON can hold; the schema's type of it recurses without end.
  return value as null;
}

/**
 * A message to the agent that called: where that was asked for, and where the turn that waited for it
 * is over, so that nobody reads the result.
 */
function noticeEvents(
  job: OpenJob & { by: NonNullable<OpenJob['by']> },
  end: JobEnd,
  agent: AgentState | undefined,
  causationId: string,
  now: Date,
): NewEvent[] {
  if (agent === undefined || !isHeard(agent)) return [];
  const { agentId, turnId } = job.by;
  const waits = turnId !== undefined && isLive(agent) && agent.turn?.turnId === turnId;
  if (!job.notify && waits) return [];
  const text = noticeText(job, end);
  return [
    newEvent(
      'command.send',
      { agentId },
      { text, mode: 'wait' },
      {
        id: `job.notice:${job.jobId}`,
        source: 'orchestrator/jobs',
        now,
        correlationId: job.correlationId,
        causationId,
        traceparent: traceparentOfJob(job),
      },
    ),
  ];
}

/** It lives, or is about to, again perhaps: what comes for it waits until then. */
const isHeard = (agent: AgentState): boolean =>
  isLive(agent) || agent.phase === 'requested' || goesOn(agent);

/** Characters of a result that a message to an agent shows; the rest is in `job get`. */
const SHOWN = 2_000;

function noticeText(job: OpenJob, end: JobEnd): string {
  const name = `${job.tool} (${job.jobId})`;
  const more = `\`orchestrator job get ${job.jobId}\` shows all of it.`;
  if (end.end !== 'completed') return `Job ${name} ${end.end}: ${reasonOf(job, end)}. ${more}`;
  const text = typeof end.result === 'string' ? end.result : JSON.stringify(end.result ?? null);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN).toWellFormed()} […]` : text;
  return `Job ${name} completed: ${shown}\n${more}`;
}

const codeOf = (end: Exclude<JobEnd, { end: 'completed' }>): ErrorCode =>
  end.end === 'failed' ? end.code : 'ORC_JOB_CANCELLED';

const reasonOf = (job: OpenJob, end: Exclude<JobEnd, { end: 'completed' }>): string =>
  `${ERRORS[codeOf(end)].meaning}${end.reason === '' ? '' : `: ${end.reason}`} (${job.jobId})`;
