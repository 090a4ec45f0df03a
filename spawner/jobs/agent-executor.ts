import type { Logger } from 'pino';
import type { AgentState } from '../../core/domain/agent/agent-state.ts';
import { isLive } from '../../core/domain/agent/agent-state.ts';
import type { JobEnd } from '../../core/domain/job/job-end-events.ts';
import { traceparentOfJob, type WorkingJob } from '../../core/domain/job/job-state.ts';
import { orderedAgentId } from '../../core/domain/job/ordered-agent.ts';
import { branchName } from '../../core/domain/project/agent-branch.ts';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { orAborted } from '../../platform/async/or-aborted.ts';
import { always, retry } from '../../platform/async/retry.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { Executor, JobHandle, JobOrder } from './executor.ts';
import { lastTurn } from './last-turn.ts';

export interface AgentExecutorOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
  clock: () => Date;
  /** The kind of an agent for which nobody names one. */
  kind: string;
}

/** Of a job without a bound of its own. */
const LONGEST_MS = 24 * 3_600_000;

/**
 * A new agent gets a job's task, in a clone of a project of its own. What it answers in the turn of its
 * task, and its branch, are the result; then it ends. It is created by an append that makes it once.
 */
export class AgentExecutor implements Executor {
  readonly #options: AgentExecutorOptions;

  constructor(options: AgentExecutorOptions) {
    this.#options = options;
  }

  async start(order: JobOrder): Promise<JobHandle | { failed: string }> {
    const { log, follower, kind, clock } = this.#options;
    const { job, tool } = order;
    const parent = job.by && follower.state.agents.get(job.by.agentId);
    if (job.by !== undefined && (parent === undefined || parent.phase === 'unknown')) {
      return { failed: 'the agent that ordered it is gone' };
    }
    const own = tool.executor.kind === 'agent' ? tool.executor.agent : undefined;
    const wanted = typeof job.input.kind === 'string' ? job.input.kind : (own ?? kind);
    const events = orderEvents(job, wanted, parent, clock());
    const filter = agentFilter(orderedAgentId(job.jobId), 'command');
    const result = await log.append(events, { expect: { filter, sequence: 0 } });
    // That it stands there already is as good: its id is nobody else's.
    if (!result.ok && result.error !== 'conflict' && result.error !== 'id-taken') {
      throw appendError(result);
    }
    if (result.ok) await follower.folded(result.sequence, order.signal);
    return new OrderedAgent(order, this.#options);
  }

  async attach(order: JobOrder): Promise<JobHandle | undefined> {
    const { log, follower } = this.#options;
    const filter = agentFilter(orderedAgentId(order.job.jobId), 'command');
    const last = await log.last('EVENTS', filter);
    if (last === undefined) return undefined;
    await follower.folded(last.sequence, order.signal);
    return new OrderedAgent(order, this.#options);
  }
}

/** It may do what the agent may that ordered it, and no more; as its kind, it is the same user's. */
function orderEvents(
  job: WorkingJob,
  kind: string,
  parent: AgentState | undefined,
  now: Date,
): NewEvent[] {
  const { jobId, input, owner, by, correlationId, timeouts } = job;
  const agentId = orderedAgentId(jobId);
  const above = parent === undefined || parent.phase === 'unknown' ? undefined : parent;
  const totalMs = timeouts.totalMs ?? LONGEST_MS;
  const ordered = {
    jobId,
    ...(by && { by: by.agentId }),
    depth: (above?.ordered?.depth ?? 0) + 1,
  };
  const because = { correlationId, causationId: job.createdBy, traceparent: traceparentOfJob(job) };
  const meta = { source: SOURCE, now, ...because };
  const create = newEvent(
    'command.create',
    { agentId },
    {
      kind,
      ...(owner && { owner }),
      ttlMs: totalMs,
      turnDeadlineMs: totalMs,
      ...(typeof input.projectId === 'string' && { project: { id: input.projectId } }),
      ...(above?.allowedTools && { allowedTools: above.allowedTools }),
      ordered,
    },
    { ...meta, id: `create:${agentId}` },
  );
  const text = String(input.task);
  const task = newEvent(
    'command.send',
    { agentId },
    { text, mode: 'wait' },
    { ...meta, id: taskOf(jobId) },
  );
  return [create, task];
}

const SOURCE = 'orchestrator/jobs';

/** The message that is its task. */
const taskOf = (jobId: string): string => `job.task:${jobId}`;

/** An agent that does a job, as this process watches it. */
class OrderedAgent implements JobHandle {
  readonly ended: Promise<JobEnd>;
  readonly #order: JobOrder;
  readonly #options: AgentExecutorOptions;
  readonly #agentId: string;

  constructor(order: JobOrder, options: AgentExecutorOptions) {
    this.#order = order;
    this.#options = options;
    this.#agentId = orderedAgentId(order.job.jobId);
    this.ended = this.#untilEnd();
  }

  async stop(): Promise<void> {
    await this.#askToStop();
    await this.#until((agent) => agent === undefined || agent.phase === 'ended' || undefined);
  }

  /** Its end is of one append with the job's; its branch, and what it said, stay. */
  async remove(): Promise<void> {}

  async #untilEnd(): Promise<JobEnd> {
    try {
      await this.#until((agent) => (isDone(agent) ? true : undefined));
      return await retry(() => this.#outcome(), {
        isPassing: always,
        signal: this.#order.signal,
      });
    } catch {
      // Only letting go ends the waiting: another process watches from here on.
      return new Promise(() => undefined);
    }
  }

  async #outcome(): Promise<JobEnd> {
    const { log, follower } = this.#options;
    const agent = follower.state.agents.get(this.#agentId);
    const said = await lastTurn(log, this.#agentId);
    if (said.answers.length > 0 && said.failed === undefined) {
      const project = agent === undefined || agent.phase === 'unknown' ? undefined : agent.project;
      const branch = project && branchName(this.#agentId, project);
      const result = {
        agentId: this.#agentId,
        answer: said.answers.join('\n\n'),
        ...(branch !== undefined && { branch }),
        ...(said.commit !== undefined && { commit: said.commit }),
      };
      return { end: 'completed', result };
    }
    const how = agent?.phase === 'ended' ? `${agent.end.how}: ${agent.end.detail}` : 'no answer';
    const reason = `agent ${this.#agentId}: ${said.failed ?? how}`;
    return { end: 'failed', code: 'ORC_JOB_FAILED', reason };
  }

  /** Resolves with the first of its states, present or to come, that fits. */
  async #until<T>(fits: (agent: AgentState | undefined) => T | undefined): Promise<T> {
    const { follower } = this.#options;
    const { promise, resolve } = Promise.withResolvers<T>();
    const look = () => {
      const found = fits(follower.state.agents.get(this.#agentId));
      if (found !== undefined) resolve(found);
    };
    const prefix = `agents.${this.#agentId}.`;
    const stop = follower.subscribe(({ subject }, folded) => {
      if (!subject.startsWith(prefix)) return;
      if (folded.kind === 'event' && folded.event.type === 'response.progress') {
        const { sequence, data } = folded.event;
        // Told in order by itself; that it cannot be stored now is tried again there.
        void this.#order
          .said({ text: data.text, position: String(sequence) })
          .catch(() => undefined);
      }
      look();
    });
    try {
      look();
      return await orAborted(promise, this.#order.signal);
    } finally {
      stop();
    }
  }

  async #askToStop(): Promise<void> {
    const { log, follower, clock } = this.#options;
    const { job } = this.#order;
    const agent = follower.state.agents.get(this.#agentId);
    if (agent === undefined || agent.phase === 'ended' || agent.phase === 'unknown') return;
    const id = `job.stop:${job.jobId}`;
    const meta = { id, source: SOURCE, now: clock(), causationId: job.createdBy };
    const whose = { agentId: this.#agentId };
    const result = await log.append(newEvent('command.stop', whose, { reason: 'asked' }, meta));
    if (!result.ok && result.error !== 'id-taken') throw appendError(result);
  }
}

/** It has ended, or no turn of it runs and its files are kept; one that asks its user goes on after the answer. */
function isDone(agent: AgentState | undefined): boolean {
  if (agent === undefined || agent.phase === 'ended') return true;
  if (!isLive(agent)) return false;
  const { turn, queue, counts, snapshotDue } = agent;
  const isIdle = turn === null && queue.length === 0 && snapshotDue === undefined;
  return isIdle && (counts.answers > 0 || counts.failed > 0);
}
