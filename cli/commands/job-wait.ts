import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { awaitJob } from '../agent/await-job.ts';
import { JobCommand, requireJobId } from '../agent/job-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class JobWaitCommand extends JobCommand {
  static override paths = [['job', 'wait']];
  static override usage = usageOf('job wait');

  job = Option.String({ required: true });
  override timeout = Option.String('--timeout', '30m', described('job wait', '--timeout'));

  override async execute(): Promise<void> {
    const jobId = requireJobId(this.job);
    if (this.isAgent) return this.print(await awaitJob(jobId, this.timeoutMs, this.context));
    await this.asOperator((context) => this.#untilEnd(context, jobId));
  }

  async #untilEnd({ log }: OperatorContext, jobId: string): Promise<void> {
    const { knownJob } = await import('../../core/conversation/known-job.ts');
    const { JOB_ENDS } = await import('../../core/domain/job/job-state.ts');
    const { awaitEvent } = await import('../../core/operator/await-event.ts');
    const { jobFilter } = await import('../../schemas/subjects.ts');
    const { jobView } = await import('../../core/domain/job/job-view.ts');
    await knownJob(log, jobId);
    const of = { filter: jobFilter(jobId) };
    const what = `the end of ${jobId}`;
    const wanted = { of, from: 1, timeoutMs: this.timeoutMs, what };
    await awaitEvent(log, wanted, ({ type }) => JOB_ENDS.has(type) || undefined);
    const { state, result, error, ...rest } = jobView(await knownJob(log, jobId));
    if (state === 'completed') return this.print({ id: rest.id, state, result });
    const code = state === 'cancelled' ? 'ORC_JOB_CANCELLED' : 'ORC_JOB_FAILED';
    throw new OrchestratorError(code, `${jobId}: ${error?.message ?? state}`);
  }
}
