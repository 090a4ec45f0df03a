import { WorkCommand } from '../agent/work-command.ts';
import { usageOf } from '../usage.ts';

const WORDS: Record<string, string> = {
  'fast-forward': 'moving on',
  merge: 'a merge commit',
};

export class ProjectMergeCommand extends WorkCommand {
  static override paths = [['project', 'merge']];
  static override usage = usageOf('project merge');

  override async execute(): Promise<void> {
    // As the service, and the schema of the tool's result, have it.
    const merged = (await this.ask('merge')) as {
      from: string;
      into: string;
      commit: string;
      how: string;
    };
    const { from, into, commit, how } = merged;
    const did = how === 'nothing' ? 'has it already' : `has it now, by ${WORDS[how] ?? how}`;
    this.print(merged, `${into} ${did}: ${from} (${commit.slice(0, 12)})\n`);
  }
}
