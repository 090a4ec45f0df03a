import type { JobShown } from '../../../schemas/views.ts';

/** How often a task is looked at, milliseconds. */
const POLL_MS = 1000;

/** Under which key a job asks whether it may run; it asks once. */
export const APPROVAL = 'approval';

/** A task of the extension `io.modelcontextprotocol/tasks`, revision 2026-07-28. */
export type JobTask = {
  taskId: string;
  status: JobShown['state'];
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  /** For ever: a job is in the log. */
  ttlMs: null;
  pollIntervalMs: number;
};

/** A job as a task: its id is the job's, and so are its states. Pure. */
export function jobTask(job: JobShown): JobTask {
  const { id, state, requestedAt, endedAt, progress } = job;
  const message = messageOf(job);
  return {
    taskId: id,
    // `failed` is for faults of the protocol: a job that failed has completed with an error.
    status: state === 'failed' ? 'completed' : state,
    ...(message !== undefined && { statusMessage: message }),
    createdAt: requestedAt,
    lastUpdatedAt: endedAt ?? progress?.at ?? requestedAt,
    ttlMs: null,
    pollIntervalMs: POLL_MS,
  };
}

function messageOf({ state, question, progress, error }: JobShown): string | undefined {
  if (state === 'input_required') return question;
  if (state !== 'working') return error?.message;
  const { text, percent } = progress ?? {};
  if (percent === undefined) return text;
  return text === undefined ? `${percent} %` : `${text} (${percent} %)`;
}

/** What a task that waits for a person asks its client: a yes or no. Pure. */
export function approvalRequest({ question }: JobShown) {
  const properties = { approved: { type: 'boolean' as const, title: 'It may run' } };
  const requestedSchema = { type: 'object' as const, properties, required: ['approved'] };
  const message = question ?? 'May it run?';
  return { method: 'elicitation/create', params: { mode: 'form', message, requestedSchema } };
}

/** What was answered to that; undefined where nobody decided. Pure. */
export function approvalOf(response: unknown): boolean | undefined {
  const { action, content } = Object(response);
  if (action === 'decline') return false;
  if (action !== 'accept') return undefined;
  const { approved } = Object(content);
  return typeof approved === 'boolean' ? approved : undefined;
}
