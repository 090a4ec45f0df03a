import { Option } from 'clipanion';
import { JobCommand, requireJobId } from '../agent/job-command.ts';
import { usageOf } from '../usage.ts';

export class JobGetCommand extends JobCommand {
  static override paths = [['job', 'get']];
  static override usage = usageOf('job get');

  job = Option.String({ required: true });

  override async execute(): Promise<void> {
    const jobId = requireJobId(this.job);
    if (this.isAgent) return this.print(await this.asAgent('get', { jobId }));
    await this.asOperator(async ({ log }) => {
      const { knownJob } = await import('../../core/conversation/known-job.ts');
      const { jobView } = await import('../../core/domain/job/job-view.ts');
      this.print(jobView(await knownJob(log, jobId)));
    });
  }
}
