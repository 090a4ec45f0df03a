import type { JobTimeouts } from '../../../schemas/events/job.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { belowSpan, spanIdOf } from '../../../schemas/trace-context.ts';

/** Who has taken a job, and runs it. */
export interface JobRun {
  runId: string;
  executor: string;
  node: string;
  place: string;
  holder: string;
  epoch: number;
  acceptedAt: string;
  /** The hash of what its service may call back by; absent where none may. */
  callback?: string;
}

/** What is known of a job from its request to its end. */
export interface KnownJob {
  jobId: string;
  tool: string;
  verb: string;
  input: Record<string, unknown>;
  /** Absent where no agent called. */
  by?: { agentId: string; callId: string; turnId?: string | undefined } | undefined;
  owner?: Person | undefined;
  notify: boolean;
  timeouts: JobTimeouts;
  requestedAt: string;
  /** The event that requested it, and the message that it all began with. */
  createdBy: string;
  correlationId?: string;
  /** Where it belongs in a trace: below the message. */
  traceparent?: string;
  /** The last that it said of itself. */
  progress?: { text?: string; percent?: number; at: string };
}

/** Why an open job is to end, whatever it does. */
export type Overdue = 'accept' | 'heartbeat' | 'total' | 'confirm';

interface Open extends KnownJob {
  /** Somebody wants it to end; the first who did. */
  cancel?: { id: string; by?: string };
  overdue?: Overdue;
}

/** A person is asked whether it may run; nothing of it does. */
export interface WaitingJob extends Open {
  phase: 'input_required';
  question: string;
}

/** It may run, or runs. */
export interface WorkingJob extends Open {
  phase: 'working';
  /** Its time to be accepted is counted from here: from the request, or from the person's yes. */
  since: string;
  /** Absent until somebody has taken it. */
  run?: JobRun;
  /** The last sign of life of the run. */
  heartbeatAt?: string;
}

/** The person has said no: that is still to be stated. */
export interface DeclinedJob extends Open {
  phase: 'declined';
}

interface Ended extends KnownJob {
  endedAt: string;
  /** The last run, where there was one. */
  run?: JobRun;
}

export interface CompletedJob extends Ended {
  phase: 'completed';
  result: unknown;
}
export interface FailedJob extends Ended {
  phase: 'failed';
  code: string;
  reason: string;
}
export interface CancelledJob extends Ended {
  phase: 'cancelled';
  reason: string;
}

export type OpenJob = WaitingJob | WorkingJob | DeclinedJob;
export type EndedJob = CompletedJob | FailedJob | CancelledJob;

/** A job as the log tells it: the states of MCP Tasks and A2A, and the moment between a no and its end. */
export type JobState = OpenJob | EndedJob;

/** The types of the events that end a job. */
export const JOB_ENDS: ReadonlySet<string> = new Set([
  'job.completed',
  'job.failed',
  'job.cancelled',
]);

export const isOpen = (job: JobState): job is OpenJob =>
  job.phase === 'working' || job.phase === 'input_required' || job.phase === 'declined';

/** Where what is done for a job belongs in its trace: below the job's own span. */
export const traceparentOfJob = ({
  jobId,
  traceparent,
}: Pick<KnownJob, 'jobId' | 'traceparent'>): string | undefined =>
  belowSpan(traceparent, spanIdOf('job', jobId));

/** As people and the protocols call it. */
export const shownPhase = ({ phase }: JobState): Exclude<JobState['phase'], 'declined'> =>
  phase === 'declined' ? 'input_required' : phase;
