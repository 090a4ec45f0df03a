import { ERRORS } from '../../schemas/errors.ts';
import type { NewEvent, StoredEvent, StoredEventOf } from '../../schemas/event.ts';
import { MAX_PROBLEM } from '../../schemas/limits.ts';
import type { ClusterView } from '../domain/agent/claim.ts';
import { endEvents, type JobEnd } from '../domain/job/job-end-events.ts';
import { acceptedEvents, answeredEvents, progressEvents } from '../domain/job/job-events.ts';
import { isOpen, type JobState, type OpenJob } from '../domain/job/job-state.ts';
import { nextJobStep } from '../domain/job/next-job-step.ts';
import { type DecidedNow, type Stands, stands } from './agent-decisions.ts';
import type { AgentTrack } from './agent-track.ts';
import { isCode } from './told-by-log.ts';

/** A job as whoever does it may have seen it: its states since it was accepted, the newest last. */
export class JobTrack {
  #states: JobState[] = [];

  get job(): JobState | undefined {
    return this.#states.at(-1);
  }

  get seen(): readonly JobState[] {
    return this.#states;
  }

  follow(job: JobState | undefined, event: StoredEvent): void {
    if (job === undefined || job === this.job) return;
    this.#states =
      event.type === 'job.accepted' ? [job] : [...this.#states, job].slice(-MOST_STATES);
  }
}

const MOST_STATES = 16;

/** Decides anew what stands there of a job; what its program or its service came to is what the event says. */
export function decideJobAnew(
  track: JobTrack,
  there: Stands,
  agent: AgentTrack | undefined,
): DecidedNow {
  const { job } = track;
  if (job === undefined || !isOpen(job)) return { events: [], isSame: false };
  const all = [...candidates(track, job, there, agent)];
  const found = all.find((events) => stands(events, there));
  const [first = []] = all;
  return found ? { events: found, isSame: true } : { events: first, isSame: false };
}

function* candidates(
  track: JobTrack,
  job: OpenJob,
  there: Stands,
  agent: AgentTrack | undefined,
): Generator<NewEvent[]> {
  const { first } = there;
  const now = new Date(first.time);
  switch (first.type) {
    case 'job.answered': {
      const { approved, from } = first.data;
      if (job.phase === 'input_required') yield answeredEvents(job, approved, from, now);
      return;
    }
    case 'job.accepted':
      yield acceptedNow(job, first, now);
      return;
    default: {
      const ends = [...decidedEnds(track), ...outsideEnd(job, there)];
      const agents = agent ? [...agent.seen()] : [undefined];
      for (const end of ends)
        for (const by of agents) yield asShown(endEvents(job, end, by, now), there);
    }
  }
}

/** Whoever took it was there, with an executor and room; of another's, that this one is gone. */
function acceptedNow(job: OpenJob, { data }: StoredEventOf<'job.accepted'>, now: Date): NewEvent[] {
  const { node, place, holder, executor, callback } = data;
  const self = { node, place, holder };
  const step = nextJobStep(job, { view: alone(self, job), hasRoom: true, canRun: true });
  if (step?.do !== 'accept' && step?.do !== 'take-over') return [];
  const { run } = step.job;
  return acceptedEvents(step.job, { executor: run?.executor ?? executor, self, callback }, now);
}

/** It sees nobody but itself, and for long enough. */
function alone(self: ClusterView['self'], job: OpenJob): ClusterView {
  const run = job.phase === 'working' ? job.run : undefined;
  const places = [self.place, ...(run ? [run.place] : [])];
  const nodes = new Map([[self.node, { places, draining: false }]]);
  return { self, nodes, settled: true, isSilentForLong: () => true };
}

/** What the log itself says its end is to be, on each state since it was taken. */
function decidedEnds(track: JobTrack): JobEnd[] {
  return track.seen.flatMap((job) => {
    const run = job.phase === 'working' ? job.run : undefined;
    const { node = '', place = '', holder = '' } = run ?? {};
    const view = alone({ node, place, holder }, job as OpenJob);
    const step = nextJobStep(job, { view, hasRoom: false, canRun: false });
    return step?.do === 'end' || step?.do === 'stop' ? [step.end] : [];
  });
}

/** Codes of ends that nobody outside can know of. */
const OF_THE_LOG: ReadonlySet<string> = new Set(['ORC_JOB_DECLINED', 'ORC_JOB_TIMED_OUT']);

/** What ran has ended so, or was gone. */
function outsideEnd(job: OpenJob, { first, behind }: Stands): JobEnd[] {
  if (job.phase !== 'working' || job.run === undefined) return [];
  if (first.type === 'job.completed') return [{ end: 'completed', result: first.data.result }];
  if (first.type !== 'job.failed' || !isCode(first.data.code)) return [];
  const { code } = first.data;
  const reason = wholeReason(first, behind(1)[0]);
  return OF_THE_LOG.has(code) ? [] : [{ end: 'failed', code, reason }];
}

/** A long reason is cut in the job's end, and whole in the result for whoever waits. */
function wholeReason(
  { data: { code, reason } }: StoredEventOf<'job.failed'>,
  result: StoredEvent | undefined,
): string {
  if (reason.length < MAX_PROBLEM || result?.type !== 'result' || result.data.ok) return reason;
  const begin = isCode(code) ? `${ERRORS[code].meaning}: ` : '';
  const { message } = result.data.error;
  const whole = message.slice(begin.length, message.lastIndexOf(' ('));
  return whole.startsWith(reason) ? whole : reason;
}

/** Of a result that the log did not take, only the message to the agent has the beginning. */
function asShown(events: NewEvent[], { first, behind }: Stands): NewEvent[] {
  if (first.type !== 'job.completed' || !isTooLarge(first.data.result)) return events;
  const shown = behind(events.length - 1);
  return events.map((event) => {
    const stands = shown.find(({ id }) => id === event.id);
    return event.type === 'command.send' && stands?.type === 'command.send'
      ? { ...event, data: { ...event.data, text: stands.data.text } }
      : event;
  });
}

const isTooLarge = (result: unknown): boolean =>
  result !== null && typeof result === 'object' && 'tooLarge' in result;

/** What a run says of itself sets its clock anew. */
export const progressTimers = (job: JobState, event: StoredEvent): NewEvent[] =>
  event.type === 'job.progress' && isOpen(job)
    ? progressEvents(job, event.data, '', new Date(event.time))
    : [];
