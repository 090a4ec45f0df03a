import { Command, Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class AskCommand extends Command {
  static override paths = [['ask']];
  static override usage = usageOf('ask');

  text = Option.String({ required: false });
  options = Option.Array('--option', [], { description: 'A choice to offer; may be repeated.' });
  json = jsonOption();

  override async execute(): Promise<void> {
    const { text, options, json } = this;
    await respond({ name: 'question', call: 'ask', text, options, json }, this.context);
  }
}
