import { type JobState, shownPhase } from './job-state.ts';

/** A job as people and programs are shown it. */
export type JobView = {
  id: string;
  tool: string;
  verb: string;
  state: ReturnType<typeof shownPhase>;
  input: Record<string, unknown>;
  agentId?: string;
  owner?: { channel: string; userId: string };
  requestedAt: string;
  endedAt?: string;
  progress?: { text?: string; percent?: number; at: string };
  question?: string;
  result?: unknown;
  error?: { code: string; message: string };
};

export function jobView(job: JobState): JobView {
  const { jobId: id, tool, verb, input, by, owner, requestedAt, progress } = job;
  return {
    id,
    tool,
    verb,
    state: shownPhase(job),
    input,
    ...(by && { agentId: by.agentId }),
    ...(owner && { owner }),
    requestedAt,
    ...(progress && { progress }),
    ...outcomeOf(job),
  };
}

function outcomeOf(job: JobState): Partial<JobView> {
  switch (job.phase) {
    case 'input_required':
      return { question: job.question };
    case 'completed':
      return { endedAt: job.endedAt, result: job.result };
    case 'failed':
      return { endedAt: job.endedAt, error: { code: job.code, message: job.reason } };
    case 'cancelled':
      return {
        endedAt: job.endedAt,
        error: { code: 'ORC_JOB_CANCELLED', message: job.reason },
      };
    default:
      return {};
  }
}
