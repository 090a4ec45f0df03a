import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { parseEvent, type RawMessage } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { DeliveryState } from '../domain/delivery/delivery.ts';
import { evolveDelivery, isSettled } from '../domain/delivery/delivery.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import { type DecidedNow, decideAnew, type Stands } from './agent-decisions.ts';
import { AgentTrack } from './agent-track.ts';
import { decideDeliveryAnew } from './delivery-decisions.ts';
import { type Difference, standing, type Verdict, wouldStand } from './difference.ts';
import { decideJobAnew, JobTrack, progressTimers } from './job-decisions.ts';
import { Attendance, ownerOf, stepAtOnce } from './not-taken.ts';
import { openClocks } from './question-clocks.ts';
import { Timers } from './timers.ts';
import { type Whose, whoseDecision } from './whose-decision.ts';

/** As many events as one decision makes: the end of an agent with all that waited, in one batch. */
export const MOST_BEHIND = 1_000;

/** So many differences are kept. */
const SHOWN = 1_000;

/** A message that was read, before it is judged. */
interface Read {
  message: RawMessage;
  event: StoredEvent | undefined;
  /** It belongs to a decision that stands before it. */
  of?: 'same' | 'different';
}

export interface JudgeOptions {
  /** Differences before it are none of this judgement; 1 without. */
  from?: number | undefined;
  /** Those behind it neither; the end of the log without. */
  until?: number | undefined;
  onDifference?: ((difference: Difference) => void) | undefined;
}

/**
 * Decides anew, by the present code, what the log says was decided, and compares: by whom an event was stated, under
 * which id, with what in it and in which order; when is left aside. It is told the whole log from its first message, in
 * order. Pure but for what it keeps in mind.
 *
 * @example
 * const judge = new Judge();
 * for (const message of messages) judge.take(message);
 * judge.end().differ; // 0: the log is what would be decided today
 */
export class Judge {
  readonly #options: JudgeOptions;
  readonly #system: SystemState = initialSystem();
  readonly #agents = new Map<string, AgentTrack>();
  readonly #jobs = new Map<string, JobTrack>();
  readonly #deliveries = new Map<string, DeliveryState>();
  readonly #timers = new Timers();
  readonly #attendance = new Attendance();
  #waiting: Read[] = [];
  #next = 0;
  readonly #verdict: Verdict = { through: 0, decisions: 0, differ: 0, differences: [] };

  constructor(options: JudgeOptions = {}) {
    this.#options = options;
  }

  /** The next message of the log. It is judged once those of its decision are there. */
  take(message: RawMessage): void {
    if (message.subject.startsWith('schedules.')) return;
    const parsed = parseEvent(message);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    this.#waiting.push({ message, event });
    while (this.#waiting.length - this.#next > MOST_BEHIND) this.#judgeNext();
  }

  /** Judges what was stored before that instant (Unix ms), when all of its decisions is there: one is stored at once. */
  settle(before: number): void {
    for (;;) {
      const next = this.#waiting[this.#next];
      if (next === undefined || next.message.time.getTime() >= before) return;
      this.#judgeNext();
    }
  }

  /** Judges all that was read: nothing of a decision is still to come. */
  end(): Verdict {
    this.settle(Number.POSITIVE_INFINITY);
    return this.verdict;
  }

  get verdict(): Verdict {
    return { ...this.#verdict, differences: [...this.#verdict.differences] };
  }

  #judgeNext(): void {
    const read = this.#waiting[this.#next];
    this.#next += 1;
    if (this.#next > MOST_BEHIND) {
      this.#waiting = this.#waiting.slice(this.#next);
      this.#next = 0;
    }
    if (read === undefined) return;
    const { message, event } = read;
    const whose = event && whoseDecision(event, this.#behind);
    if (whose !== undefined && event !== undefined) {
      if (this.#isCounted(event)) this.#verdict.decisions += 1;
      if (read.of === undefined) this.#judge(event, message, whose);
    }
    this.#fold(message, event, whose);
  }

  #isCounted({ sequence }: { sequence: number }): boolean {
    const { from = 1, until = Number.POSITIVE_INFINITY } = this.#options;
    return sequence >= from && sequence <= until;
  }

  /** What comes behind the event that is judged, as far as it was read. */
  readonly #behind = (most: number): StoredEvent[] => {
    const behind: StoredEvent[] = [];
    const end = Math.min(this.#waiting.length, this.#next + most);
    for (let at = this.#next; at < end; at += 1) {
      const event = this.#waiting[at]?.event;
      if (event === undefined) break;
      behind.push(event);
    }
    return behind;
  };

  #judge(event: StoredEvent, message: RawMessage, whose: Whose): void {
    if (whose.kind === 'timer') {
      if (!this.#timers.isDue(event, message.time))
        this.#differ('timer', event, whose.id, [], [event]);
      return;
    }
    const there = { first: event, behind: this.#behind };
    const { isSame, events } = this.#decide(whose, there);
    this.#timers.set(events);
    if (isSame) {
      const others = events.filter(({ schedule }) => schedule === undefined).length - 1;
      this.#mark(others, 'same');
      return;
    }
    // What stands there of one decision differs once.
    const behind = this.#behind(MOST_BEHIND);
    const batch = behind.findIndex(
      ({ time, source }) => time !== event.time || source !== event.source,
    );
    const others = batch < 0 ? behind.length : batch;
    this.#mark(others, 'different');
    const kind = events.length > 0 ? 'other' : 'not-decided';
    this.#differ(kind, event, whose.id, events, [event, ...behind.slice(0, others)]);
  }

  #mark(others: number, of: 'same' | 'different'): void {
    for (let at = this.#next; at < this.#next + others; at += 1) {
      const read = this.#waiting[at];
      if (read) read.of = of;
    }
  }

  #decide(whose: Exclude<Whose, { kind: 'timer' }>, there: Stands): DecidedNow {
    if (whose.kind === 'agent') return decideAnew(this.#agent(whose.id), there, this.#system);
    if (whose.kind === 'job') {
      const track = this.#job(whose.id);
      const agentId = track.job?.by?.agentId;
      return decideJobAnew(track, there, agentId === undefined ? undefined : this.#agent(agentId));
    }
    const { channel, id: deliveryId } = whose;
    const state = this.#deliveries.get(`${channel}/${deliveryId}`);
    return decideDeliveryAnew(state, there, { channel, deliveryId });
  }

  #differ(
    kind: Difference['kind'],
    { sequence, time }: StoredEvent,
    of: string,
    decided: readonly NewEvent[],
    there: readonly StoredEvent[],
  ): void {
    if (!this.#isCounted({ sequence })) return;
    const { differences } = this.#verdict;
    const stands = there.map(standing);
    const difference = { kind, sequence, time, of, stands, decided: decided.map(wouldStand) };
    this.#verdict.differ += Math.max(1, there.length);
    if (differences.length < SHOWN) differences.push(difference);
    this.#options.onDifference?.(difference);
  }

  #fold(message: RawMessage, event: StoredEvent | undefined, whose: Whose | undefined): void {
    const { sequence, subject } = message;
    const address = parseSubject(subject);
    const at = message.time.getTime();
    if (event && address && 'agentId' in address) this.#lookForNotTaken(address.agentId, at);
    const folded = foldMessage(this.#system, message);
    if (this.#isCounted(message)) this.#verdict.through = sequence;
    const isEvent = event !== undefined && folded.kind === 'event';
    if (address === undefined) return;
    if ('agentId' in address) this.#foldAgent(address.agentId, isEvent ? event : undefined, whose);
    if (isEvent && 'jobId' in address) this.#foldJob(address.jobId, event);
    if (isEvent && address.family === 'delivery') this.#foldDelivery(address, event);
    this.#attendance.heard(at, this.#ownerOf(whose));
    if ('agentId' in address) this.#agent(address.agentId).lastAt = at;
  }

  #foldAgent(agentId: string, event: StoredEvent | undefined, whose: Whose | undefined): void {
    const track = this.#agent(agentId);
    const isDecision = whose?.kind === 'agent' && whose.id === agentId;
    track.follow(this.#system.agents.get(agentId), event, isDecision);
    if (event?.type === 'response.question') this.#timers.set(openClocks(track.state, event));
  }

  #foldJob(jobId: string, event: StoredEvent): void {
    const job = this.#system.jobs.get(jobId);
    if (job === undefined) return;
    const track = this.#job(jobId);
    this.#timers.set(progressTimers(job, event));
    track.follow(job, event);
  }

  #foldDelivery(
    { channel, deliveryId }: { channel: string; deliveryId: string },
    event: StoredEvent,
  ): void {
    const key = `${channel}/${deliveryId}`;
    const state = evolveDelivery(this.#deliveries.get(key), event);
    if (state === undefined || isSettled(state)) this.#deliveries.delete(key);
    else this.#deliveries.set(key, state);
  }

  #ownerOf(whose: Whose | undefined): string | undefined {
    return whose?.kind === 'agent' ? ownerOf(this.#agent(whose.id).state) : undefined;
  }

  /** Was something to be done since the last event of an agent that an owner that was there has not done? */
  #lookForNotTaken(agentId: string, _at: number): void {
    const track = this.#agents.get(agentId);
    const owner = track && ownerOf(track.state);
    if (track === undefined || owner === undefined) return;
    if (!this.#attendance.wasThere(owner, track.lastAt)) return;
    const step = stepAtOnce(track.state, track.traits);
    if (step === undefined) return;
    this.#notTaken(track, step.do);
  }

  #notTaken(track: AgentTrack, step: string): void {
    const { sequence } = this.#system;
    if (!this.#isCounted({ sequence })) return;
    const decided = [{ type: step, id: '', subject: '', data: {} }];
    const time = new Date(track.lastAt).toISOString();
    const difference: Difference = {
      kind: 'not-taken',
      sequence,
      time,
      of: track.agentId,
      stands: [],
      decided,
    };
    this.#verdict.differ += 1;
    if (this.#verdict.differences.length < SHOWN) this.#verdict.differences.push(difference);
    this.#options.onDifference?.(difference);
  }

  #agent(agentId: string): AgentTrack {
    const known = this.#agents.get(agentId);
    if (known) return known;
    const track = new AgentTrack(agentId);
    this.#agents.set(agentId, track);
    return track;
  }

  #job(jobId: string): JobTrack {
    const known = this.#jobs.get(jobId);
    if (known) return known;
    const track = new JobTrack();
    this.#jobs.set(jobId, track);
    return track;
  }
}
