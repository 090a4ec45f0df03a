import { answerJob, cancelJob } from '../../../core/conversation/answer-job.ts';
import { callBackJob } from '../../../core/conversation/call-back-job.ts';
import { knownJob } from '../../../core/conversation/known-job.ts';
import { shownPhase } from '../../../core/domain/job/job-state.ts';
import { jobView } from '../../../core/domain/job/job-view.ts';
import { awaitJobEnd } from '../../../core/operator/await-job-end.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { newId } from '../../../schemas/ids.ts';
import { jobLogFilter } from '../../../schemas/subjects.ts';
import type { LogLineView } from '../../../schemas/views.ts';
import { lineView } from '../../views/log-tail.ts';
import { Accepted, Written } from '../answers.ts';
import { type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import { doneInTime } from '../done-in-time.ts';

type Names = 'listJobs' | 'getJob' | 'getJobLogs' | 'answerJob' | 'cancelJob' | 'callBackJob';

export const jobHandlers: HandlersOf<Names> = {
  async listJobs({ query }, { views }) {
    const { jobs, next } = await views.request('jobs', query, { timeoutMs: SYSTEM_MS });
    return { jobs, next };
  },

  async getJob({ params, waitMs, signal }, { log }) {
    if (waitMs === undefined) return jobView(await knownJob(log, params.job));
    const isEnded = await doneInTime(waitMs, (timeoutMs) =>
      awaitJobEnd(log, params.job, { timeoutMs, signal }),
    );
    const job = jobView(await knownJob(log, params.job));
    return isEnded ? job : new Accepted(job);
  },

  async getJobLogs({ params, prefers, signal }, { log }) {
    await knownJob(log, params.job);
    const lines: LogLineView[] = [];
    const filter = jobLogFilter(params.job);
    const range = { stream: 'LOGS', from: { sequence: 1 }, filter, signal } as const;
    for await (const message of log.read(range)) lines.push(lineView(message));
    if (!prefers('text/plain')) return { lines };
    const text = lines.map(({ line }) => `${line}\n`).join('');
    return new Written('text/plain; charset=utf-8', text);
  },

  async answerJob({ params, body }, { log }) {
    const job = await answerJob(log, params.job, body.approved);
    if (job !== undefined) return jobView(job);
    const { state } = jobView(await knownJob(log, params.job));
    const what = `${params.job} does not wait for an answer: it is ${state}`;
    throw new OrchestratorError('ORC_QUESTION_CLOSED', what);
  },

  async callBackJob({ params, body, token, key }, { log }) {
    const { job, late } = await callBackJob(log, params.job, { ...body, token, key });
    return { id: params.job, state: shownPhase(job), late };
  },

  cancelJob: async ({ params }, { log }) =>
    jobView(await cancelJob(log, params.job, { causationId: newId('cancel') })),
};
