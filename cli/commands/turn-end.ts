import { Option } from 'clipanion';
import { modelProblem } from '../../agents/voice/turn-problem.ts';
import { lastMessageOf } from '../agent/last-message.ts';
import { sayAnyway } from '../agent/say-anyway.ts';
import { SayCommand } from '../agent/say-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class TurnEndCommand extends SayCommand {
  static override paths = [['turn', 'end']];
  static override usage = usageOf('turn end');

  /** Codex appends what it knows of the turn as one JSON argument (its `notify` setting). */
  notice = Option.String({ required: false });

  problem = Option.String('--problem', described('turn end', '--problem'));

  override async execute(): Promise<void> {
    const { json, timeoutMs } = this;
    const lastMessage = lastMessageOf(this.notice);
    const data = {
      ...(lastMessage !== undefined && { lastMessage }),
      ...(this.problem && { problem: modelProblem(this.problem) }),
    };
    const statement = { family: 'turn', name: 'signalled', call: 'turn.end' } as const;
    const said = await sayAnyway({ ...statement, data, timeoutMs }, this.context);
    if (json) this.context.stdout.write(`${JSON.stringify(said)}\n`);
  }
}
