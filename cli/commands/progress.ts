import { Command, Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ProgressCommand extends Command {
  static override paths = [['progress']];
  static override usage = usageOf('progress');

  text = Option.String({ required: false });
  json = jsonOption();

  override async execute(): Promise<void> {
    const { text, json } = this;
    await respond({ name: 'progress', call: 'progress', text, json }, this.context);
  }
}
