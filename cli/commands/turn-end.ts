import { Command, Option } from 'clipanion';
import { say } from '../agent/say.ts';
import { jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class TurnEndCommand extends Command {
  static override paths = [['turn', 'end']];
  static override usage = usageOf('turn end');

  /** Codex appends what it knows of the turn as one JSON argument (its `notify` setting). */
  notice = Option.String({ required: false });
  json = jsonOption();

  override async execute(): Promise<void> {
    const lastMessage = lastMessageOf(this.notice);
    const data = lastMessage === undefined ? {} : { lastMessage };
    const said = await say(
      { family: 'turn', name: 'signalled', call: 'turn.end', data },
      this.context,
    );
    if (this.json) this.context.stdout.write(`${JSON.stringify(said)}\n`);
  }
}

/** What the agent said last, where the notice is one that tells it; anything else is let be. */
function lastMessageOf(notice: string | undefined): string | undefined {
  try {
    const parsed: unknown = JSON.parse(notice ?? 'null');
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const message = 'last-assistant-message' in parsed ? parsed['last-assistant-message'] : '';
    return typeof message === 'string' && message !== '' ? message : undefined;
  } catch {
    return undefined;
  }
}
