import { endEvents, type JobEnd } from '../../../core/domain/job/job-end-events.ts';
import {
  acceptedEvents,
  answeredEvents,
  cancelEvents,
  progressEvents,
} from '../../../core/domain/job/job-events.ts';
import { isOpen, type JobState } from '../../../core/domain/job/job-state.ts';
import { nextJobStep } from '../../../core/domain/job/next-job-step.ts';
import type { Node } from './owner.ts';
import type { World } from './world.ts';

/** Who does the jobs of the day: a node takes one, runs it, and states its end. */
export class Workers {
  readonly #world: World;
  readonly #nodes: readonly Node[];
  readonly #waking = new Set<string>();
  /** How what ran has ended, by job. */
  readonly #ended = new Map<string, JobEnd>();

  constructor(world: World, nodes: readonly Node[]) {
    this.#world = world;
    this.#nodes = nodes;
    world.heard.push(({ subject, type }) => {
      const [root, jobId = ''] = subject.split('.');
      if (root !== 'jobs') return;
      if (type === 'job.input-required') this.#askPerson(jobId);
      if (type === 'job.requested' && world.dice.chance(6)) this.#cancel(jobId);
      this.wake(jobId);
    });
  }

  wake(jobId: string): void {
    if (this.#waking.has(jobId)) return;
    this.#waking.add(jobId);
    this.#world.after(this.#world.dice.between(2, 20), () => {
      this.#waking.delete(jobId);
      this.#look(jobId);
    });
  }

  #job = (jobId: string): JobState | undefined => this.#world.system.jobs.get(jobId);

  #look(jobId: string): unknown {
    const job = this.#job(jobId);
    const up = this.#nodes.filter(({ isUp }) => isUp);
    const run = job?.phase === 'working' ? job.run : undefined;
    const by = up.find(({ node }) => node === run?.node) ?? up[0];
    if (job === undefined || by === undefined || !isOpen(job)) return undefined;
    const { node, place, holder } = by;
    const self = { node, place, holder };
    const nodes = new Map(up.map((one) => [one.node, { places: [one.place], draining: false }]));
    const view = { self, nodes, settled: true, isSilentForLong: () => false };
    const hasRoom = this.#world.dice.chance(95);
    const step = nextJobStep(job, { view, hasRoom, canRun: true });
    const now = this.#world.date;
    switch (step?.do) {
      case 'accept':
        this.#world.append(acceptedEvents(step.job, { executor: 'command', self }, now));
        return this.#begin(jobId);
      case 'take-over':
        this.#world.append(acceptedEvents(step.job, { executor: 'command', self }, now));
        if (this.#world.dice.chance(40)) {
          const reason = 'what ran it was gone';
          this.#ended.set(jobId, { end: 'failed', code: 'ORC_JOB_INTERRUPTED', reason });
        }
        return this.wake(jobId);
      case 'watch': {
        const end = this.#ended.get(jobId);
        return end && this.#end(jobId, end);
      }
      case 'stop':
        // What completed before it could be stopped has completed.
        return this.#end(
          jobId,
          this.#ended.get(jobId)?.end === 'completed' ? this.#ended.get(jobId) : step.end,
        );
      case 'end':
        return this.#end(jobId, step.end);
      default:
        // There may be room later.
        this.#world.after(30_000, () => this.wake(jobId));
    }
    return undefined;
  }

  /** Says how far it is, now and then, and ends; some say nothing any more. */
  #begin(jobId: string): void {
    const { dice } = this.#world;
    const lastsMs = dice.between(1_000, 200_000);
    for (let percent = 25; percent < 100; percent += 25) {
      this.#world.after((lastsMs * percent) / 100, () => {
        const job = this.#job(jobId);
        if (job === undefined || !isOpen(job) || job.phase !== 'working' || this.#ended.has(jobId))
          return;
        this.#world.append(progressEvents(job, { percent }, `line-${percent}`, this.#world.date));
      });
    }
    if (dice.chance(5)) return;
    this.#world.after(lastsMs, () => {
      const end: JobEnd = dice.chance(85)
        ? { end: 'completed', result: { took: lastsMs } }
        : { end: 'failed', code: 'ORC_JOB_FAILED', reason: 'exit code 1' };
      this.#ended.set(jobId, end);
      this.wake(jobId);
    });
  }

  #end(jobId: string, end: JobEnd | undefined): void {
    const job = this.#job(jobId);
    if (job === undefined || !isOpen(job) || end === undefined) return;
    const agent = job.by && this.#world.system.agents.get(job.by.agentId);
    this.#world.append(endEvents(job, end, agent, this.#world.date));
  }

  /** A person says yes or no; some never do. */
  #askPerson(jobId: string): void {
    const { dice } = this.#world;
    if (dice.chance(20)) return;
    this.#world.after(dice.between(2_000, 100_000), () => {
      const job = this.#job(jobId);
      if (job?.phase !== 'input_required') return;
      this.#world.append(answeredEvents(job, dice.chance(75), job.owner, this.#world.date));
    });
  }

  #cancel(jobId: string): void {
    this.#world.after(this.#world.dice.between(100, 60_000), () => {
      const job = this.#job(jobId);
      if (job === undefined || !isOpen(job) || job.cancel) return;
      const by = { ...(job.owner && { from: job.owner }), causationId: `cancel-${jobId}` };
      this.#world.append(cancelEvents(job, by, this.#world.date));
    });
  }
}
