import type { ErrorCode } from '../../../schemas/errors.ts';
import type { ClusterView } from '../agent/claim.ts';
import type { JobEnd } from './job-end-events.ts';
import type { JobRun, JobState, OpenJob, Overdue, WorkingJob } from './job-state.ts';

/** What a spawner has to do next for a job. */
export type JobStep =
  /** Take it, and start its program. */
  | { do: 'accept'; job: WorkingJob }
  /** Take over what another process of this place began: it is found again, never started. */
  | { do: 'take-over'; job: WorkingJob }
  /** It is this process's own: what runs is watched. */
  | { do: 'watch'; job: WorkingJob; run: JobRun }
  /** What runs is to be ended; `end` is what is stated of it. */
  | { do: 'stop'; job: WorkingJob; run: JobRun; end: JobEnd }
  /** Nothing of it runs: its end is stated. */
  | { do: 'end'; job: OpenJob; end: JobEnd };

export interface JobPlace {
  view: ClusterView;
  /** May one more of this tool run here? */
  hasRoom: boolean;
  /** May it be one of this node's at all: has it an executor for the tool, and does not drain? */
  canRun: boolean;
}

/**
 * The one next thing to do for a job, or undefined while there is nothing but to wait. Pure: a spawner
 * that replays comes to the same as the one that died. Where two decide at once, the append of one of
 * them is refused.
 */
export function nextJobStep(job: JobState, place: JobPlace): JobStep | undefined {
  switch (job.phase) {
    case 'input_required':
      return endedBefore(job);
    case 'declined':
      return { do: 'end', job, end: failed('ORC_JOB_DECLINED', '') };
    case 'working':
      return job.run === undefined ? beforeRun(job, place) : ofRun(job, job.run, place);
    default:
      return undefined;
  }
}

function beforeRun(job: WorkingJob, { hasRoom, canRun }: JobPlace): JobStep | undefined {
  return endedBefore(job) ?? (hasRoom && canRun ? { do: 'accept', job } : undefined);
}

/** Nobody has begun it, and nobody is to begin it any more. */
function endedBefore(job: OpenJob): JobStep | undefined {
  const end = wantedEnd(job);
  return end && { do: 'end', job, end };
}

function ofRun(job: WorkingJob, run: JobRun, { view, canRun }: JobPlace): JobStep | undefined {
  const { self, nodes } = view;
  if (run.node === self.node && run.holder === self.holder) {
    const end = wantedEnd(job);
    return end ? { do: 'stop', job, run, end } : { do: 'watch', job, run };
  }
  if (run.node === self.node) return { do: 'take-over', job };
  // Another's, who lives or may come back.
  if (nodes.has(run.node)) return undefined;
  const near = nodes.get(self.node)?.places.includes(run.place) ?? false;
  // It is done by nobody's machine: every spawner that has the tool can follow it, or ask its service again.
  if (ELSEWHERE.has(run.executor) && canRun)
    return view.settled ? { do: 'take-over', job } : undefined;
  if (near) return view.settled ? { do: 'take-over', job } : undefined;
  if (!view.isSilentForLong(run.node)) return undefined;
  const reason = `its place (node ${run.node}) is gone`;
  return { do: 'end', job, end: failed('ORC_JOB_INTERRUPTED', reason) };
}

/** Executors whose jobs are not bound to the place of a spawner. */
const ELSEWHERE: ReadonlySet<string> = new Set(['nats', 'http']);

/** Somebody wants it to end, or its time is over. */
function wantedEnd({ cancel, overdue, timeouts }: OpenJob): JobEnd | undefined {
  if (cancel) {
    return { end: 'cancelled', reason: cancel.by === undefined ? '' : `by ${cancel.by}` };
  }
  if (overdue === undefined) return undefined;
  const seconds = `${(timeouts[`${overdue}Ms`] ?? 0) / 1000} s`;
  if (overdue === 'confirm') return failed('ORC_JOB_DECLINED', `nobody answered within ${seconds}`);
  return failed('ORC_JOB_TIMED_OUT', `${WHAT[overdue]} ${seconds}`);
}

const WHAT: Record<Exclude<Overdue, 'confirm'>, string> = {
  accept: 'nothing took it within',
  heartbeat: 'no sign of life for',
  total: 'it ran for more than',
};

const failed = (code: ErrorCode, reason: string): JobEnd => ({ end: 'failed', code, reason });
