import { Option } from 'clipanion';
import { MAX_PROBLEM } from '../../schemas/limits.ts';
import { sayAnyway } from '../agent/say-anyway.ts';
import { SayCommand } from '../agent/say-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ReadyCommand extends SayCommand {
  static override paths = [['ready']];
  static override usage = usageOf('ready');

  problem = Option.String('--problem', described('ready', '--problem'));

  override async execute(): Promise<void> {
    const { problem, json, timeoutMs } = this;
    const data = problem ? { problem: problem.slice(0, MAX_PROBLEM) } : {};
    const statement = { family: 'turn', name: 'ready', call: 'ready' } as const;
    const said = await sayAnyway({ ...statement, data, timeoutMs }, this.context);
    if (json) this.context.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
