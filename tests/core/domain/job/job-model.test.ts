import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { ClusterView } from '../../../../core/domain/agent/claim.ts';
import { evolveJob } from '../../../../core/domain/job/evolve-job.ts';
import { endEvents } from '../../../../core/domain/job/job-end-events.ts';
import {
  acceptedEvents,
  answeredEvents,
  cancelEvents,
  progressEvents,
} from '../../../../core/domain/job/job-events.ts';
import { isOpen, type JobState } from '../../../../core/domain/job/job-state.ts';
import { nextJobStep } from '../../../../core/domain/job/next-job-step.ts';
import type { NewEvent, StoredEvent } from '../../../../schemas/event.ts';
import { parseSubject } from '../../../../schemas/subjects.ts';
import { anyEvent } from '../../../support/event-arbitraries.ts';
import { frozen } from '../../../support/frozen.ts';
import { requestEvents, ringing } from '../../../support/job-events.ts';

/** One job, the spawner that has it, and a world in which its program is started, killed and ends. */
class World {
  job: JobState | undefined;
  now = Date.parse('2026-01-04T15:00:00.000Z');
  holder = 1;
  /** How often its program was started. */
  starts = 0;
  runs = false;
  ends = 0;
  position = 0;
  readonly #timers = new Map<string, NewEvent>();

  append(events: readonly NewEvent[]): void {
    for (const event of events) {
      if (event.schedule) this.#timers.set(event.subject, event);
      else this.#fold({ ...event, sequence: 1 } as StoredEvent);
    }
  }

  #fold(event: StoredEvent): void {
    const address = parseSubject(event.subject);
    if (address?.family !== 'job' && address?.family !== 'job-timer') return;
    const before = this.job;
    this.job = evolveJob(before && frozen(before), address.jobId, event);
    if (before && isOpen(before) && this.job && !isOpen(this.job)) this.ends += 1;
  }

  ring(): void {
    for (const [subject, event] of this.#timers) {
      if ((event.schedule?.at.getTime() ?? 0) > this.now) continue;
      this.#timers.delete(subject);
      this.#fold(ringing(event));
    }
  }

  get time(): Date {
    return new Date(this.now);
  }

  /** What a spawner does: at most one step. */
  look(): boolean {
    const self = { node: 'node-1', place: 'here', holder: `holder-${this.holder}` };
    const view: ClusterView = {
      self,
      nodes: new Map([['node-1', { places: ['here'], draining: false }]]),
      settled: true,
      isSilentForLong: () => false,
    };
    const step = this.job && nextJobStep(this.job, { view, hasRoom: true, canRun: true });
    switch (step?.do) {
      case 'accept':
        this.append(acceptedEvents(step.job, { executor: 'command', self }, this.time));
        this.starts += 1;
        this.runs = true;
        return true;
      case 'take-over':
        this.append(acceptedEvents(step.job, { executor: 'command', self }, this.time));
        return true;
      case 'stop':
        this.runs = false;
        this.append(endEvents(step.job, step.end, undefined, this.time));
        return true;
      case 'end':
        this.append(endEvents(step.job, step.end, undefined, this.time));
        return true;
      case 'watch':
        if (this.runs) return false;
        this.append(endEvents(step.job, { end: 'completed', result: 1 }, undefined, this.time));
        return true;
      default:
        return false;
    }
  }
}

type Act = (world: World) => void;

const ACTS: Record<string, Act> = {
  look: (world) => {
    world.look();
  },
  restart: (world) => {
    world.holder += 1;
  },
  'the program ends': (world) => {
    world.runs = false;
  },
  'time passes': (world) => {
    world.now += 20_000;
    world.ring();
  },
  progress: (world) => {
    const { job } = world;
    if (!job || !isOpen(job) || !world.runs) return;
    world.position += 1;
    world.append(progressEvents(job, { percent: 10 }, String(world.position), world.time));
  },
  cancel: (world) => {
    const { job } = world;
    if (job && isOpen(job)) world.append(cancelEvents(job, { causationId: 'c' }, world.time));
  },
  yes: (world) => answer(world, true),
  no: (world) => answer(world, false),
};

function answer(world: World, approved: boolean): void {
  if (world.job?.phase !== 'input_required') return;
  world.append(answeredEvents(world.job, approved, undefined, world.time));
}

test('whatever happens in whatever order, a program is started at most once and a job ends exactly once', (t) => {
  const acts = fc.array(fc.constantFrom(...Object.keys(ACTS)), { maxLength: 40 });
  const property = fc.property(acts, fc.boolean(), (names, asked) => {
    const world = new World();
    const timeouts = { acceptMs: 60_000, heartbeatMs: 60_000, totalMs: 120_000, confirmMs: 60_000 };
    world.append(requestEvents({ timeouts, ...(asked && { question: 'Deploy?' }) }));
    for (const name of names) ACTS[name]?.(world);
    // Left alone it comes to its end: by a time-out, if by nothing else.
    for (let round = 0; round < 20; round += 1) {
      while (world.look());
      world.now += 60_000;
      world.ring();
    }
    assert.equal(world.ends, 1);
    assert.ok(world.starts <= 1);
    assert.equal(world.runs && world.job?.phase === 'completed', false);
    if (asked && !names.includes('yes')) assert.equal(world.starts, 0);
  });
  fc.assert(property, { numRuns: 2_000 });
  t.pass();
});

test('no events whatever break the fold, and a job that has ended stays as it ended', (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      let job: JobState | undefined;
      for (const event of events) {
        const next = evolveJob(job && frozen(job), 'job_1', event);
        if (job !== undefined && !isOpen(job)) assert.equal(next, job);
        job = next;
      }
    }),
  );
  t.pass();
});
