import { allJobs } from '../../core/conversation/all-jobs.ts';
import type { JobShown } from '../../schemas/views.ts';
import { JobCommand } from '../agent/job-command.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class JobListCommand extends JobCommand {
  static override paths = [['job', 'list']];
  static override usage = usageOf('job list');

  override async execute(): Promise<void> {
    const jobs = this.isAgent
      ? await this.asAgent('list', {})
      : await this.asOperator(({ views }) => allJobs(views, {}, { timeoutMs: this.timeoutMs }));
    if (this.json) return this.print(jobs);
    const rows = (Array.isArray(jobs) ? jobs : []).map(row);
    this.context.stdout.write(textTable(['job', 'tool', 'state', 'requested', 'last'], rows));
  }
}

function row(job: Partial<JobShown>): string[] {
  const { id = '', tool = '', state = '', requestedAt = '', progress, error, question } = job;
  const said = [progress?.percent && `${progress.percent} %`, progress?.text].filter(Boolean);
  const last = error ? `${error.code} ${error.message}` : (question ?? said.join(' '));
  return [id, tool, state, requestedAt, last.split('\n')[0] ?? ''];
}
