import { Option } from 'clipanion';
import { JobCommand, requireJobId } from '../agent/job-command.ts';
import { usageOf } from '../usage.ts';

export class JobCancelCommand extends JobCommand {
  static override paths = [['job', 'cancel']];
  static override usage = usageOf('job cancel');

  job = Option.String({ required: true });

  override async execute(): Promise<void> {
    const jobId = requireJobId(this.job);
    if (this.isAgent) return this.print(await this.asAgent('cancel', { jobId }));
    await this.asOperator(async ({ log }) => {
      const { cancelJob } = await import('../../core/conversation/answer-job.ts');
      const { jobView } = await import('../../core/domain/job/job-view.ts');
      const { newId } = await import('../../schemas/ids.ts');
      const cancelled = await cancelJob(log, jobId, { causationId: newId('cancel') });
      this.print(jobView(cancelled));
    });
  }
}
