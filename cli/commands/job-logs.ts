import { Option } from 'clipanion';
import { knownJob } from '../../core/conversation/known-job.ts';
import { jobLogFilter } from '../../schemas/subjects.ts';
import { requireJobId } from '../agent/job-command.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class JobLogsCommand extends OperatorCommand {
  static override paths = [['job', 'logs']];
  static override usage = usageOf('job logs');

  job = Option.String({ required: true });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const jobId = requireJobId(this.job);
    await knownJob(log, jobId);
    const from = { sequence: 1 };
    for await (const { payload, subject } of log.read({
      stream: 'LOGS',
      from,
      filter: jobLogFilter(jobId),
    })) {
      const line = Buffer.from(payload).toString();
      const stream = subject.endsWith('.stderr') ? 'stderr' : 'stdout';
      this.print({ stream, line }, `${line}\n`);
    }
  }
}
