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
    const { awaitJobEnd } = await import('../../core/operator/await-job-end.ts');
    const ended = await awaitJobEnd(log, jobId, { timeoutMs: this.timeoutMs });
    const { state, result, error, ...rest } = ended;
    if (state === 'completed') return this.print({ id: rest.id, state, result });
    const code = state === 'cancelled' ? 'ORC_JOB_CANCELLED' : 'ORC_JOB_FAILED';
    throw new OrchestratorError(code, `${jobId}: ${error?.message ?? state}`);
  }
}
