import { Option } from 'clipanion';
import { say } from '../../agents/voice/say.ts';
import { modelProblem } from '../../agents/voice/turn-problem.ts';
import { MAX_LAST_MESSAGE } from '../../schemas/limits.ts';
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
    const said = await say({ ...statement, data, timeoutMs }, this.context);
    if (json) this.context.stdout.write(`${JSON.stringify(said)}\n`);
  }
}

/** What the agent said last, where the notice is one that tells it; anything else is let be. */
function lastMessageOf(notice: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(notice ?? 'null');
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const message = 'last-assistant-message' in parsed ? parsed['last-assistant-message'] : '';
    const tells = typeof message === 'string' && message !== '';
    return tells ? message.slice(0, MAX_LAST_MESSAGE) : undefined;
  } catch {
    return undefined;
  }
}
