import { OrchestratorError } from '../../schemas/errors.ts';
import { derivedId, newId } from '../../schemas/ids.ts';
import { opensCallback } from '../domain/job/job-callback.ts';
import { endEvents, hasEndedSo, type JobEnd, lateEvents } from '../domain/job/job-end-events.ts';
import { progressEvents } from '../domain/job/job-events.ts';
import { isOpen, type JobState, type OpenJob } from '../domain/job/job-state.ts';
import { type ServiceWord, serviceEnd } from '../domain/job/service-end.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { agentFromLog } from '../projection/agent-from-log.ts';
import { jobFromLog } from '../projection/job-from-log.ts';
import { stateOfJob } from './state-of-job.ts';

/** What a service says of a job of its own. */
export interface Callback extends ServiceWord {
  /** The one that came with the job. */
  token: string | undefined;
  /** The service's own id for this word: a repeat is one. */
  key?: string | undefined;
  text?: string | undefined;
  percent?: number | undefined;
}

export interface CalledBack {
  job: JobState;
  /** It came after the end of the job, and changed nothing. */
  late: boolean;
}

/**
 * A service says what becomes of a job. An end that comes after the job's is stored, and nothing comes of it; the very
 * end that the job has is a repeat, and nothing more is stored.
 *
 * @throws ORC_CREDS where the token is not that of the job, or there is no such job, and what an append can fail with
 */
export async function callBackJob(
  log: EventLog,
  jobId: string,
  { token, key, text, percent, ...word }: Callback,
): Promise<CalledBack> {
  const known = await jobFromLog(log, jobId);
  if (known === undefined || token === undefined || !opensCallback(known, token)) {
    throw new OrchestratorError('ORC_CREDS', `This token is not that of a job ${jobId}`, {
      cure: 'Send `Authorization: Bearer <token>` with the `callback.token` that came with the job.',
    });
  }
  const end = serviceEnd(word);
  const job = await stateOfJob(log, jobId, (open) =>
    end === undefined
      ? progressEvents(open, { text, percent }, key ?? newId('said'), new Date())
      : overEvents(log, open, end),
  );
  if (isOpen(job)) return { job, late: false };
  if (end === undefined) return { job, late: true };
  if (hasEndedSo(job, end)) return { job, late: false };
  const said = derivedId('said-', JSON.stringify(end));
  for (const event of lateEvents(job, end, said, new Date())) {
    const result = await log.appendOnce(event);
    if (!result.ok) throw appendError(result);
  }
  return { job, late: true };
}

/** The agent that called is told by what it is at this moment. */
async function overEvents(log: EventLog, job: OpenJob, end: JobEnd) {
  const agent = job.by && (await agentFromLog(log, job.by.agentId));
  return endEvents(job, end, agent, new Date());
}
