import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { WorkCommand } from '../agent/work-command.ts';
import { described } from '../options.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class ProjectLogCommand extends WorkCommand {
  static override paths = [['project', 'log']];
  static override usage = usageOf('project log');

  limit = Option.String('--limit', '20', described('project log', '--limit'));

  override async execute(): Promise<void> {
    const limit = Number(this.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
      throw new OrchestratorError('ORC_USAGE', `--limit ${this.limit} is no number from 1 to 200`);
    }
    // As the service, and the schema of the tool's result, have it.
    const commits = (await this.ask('log', { limit })) as {
      commit: string;
      author: string;
      time: string;
      subject: string;
    }[];
    const rows = commits.map(({ commit, author, time, subject }) => [
      commit.slice(0, 12),
      time,
      author,
      subject,
    ]);
    this.print(commits, textTable(['commit', 'time', 'author', 'subject'], rows));
  }
}
