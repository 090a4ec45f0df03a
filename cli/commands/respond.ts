import { Command, Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class RespondCommand extends Command {
  static override paths = [['respond']];
  static override usage = usageOf('respond');

  text = Option.String({ required: false });
  expectReply = Option.Boolean('--expect-reply,-q', false, { description: 'It is a question.' });
  json = jsonOption();

  override async execute(): Promise<void> {
    const { text, json } = this;
    const name = this.expectReply ? 'question' : 'answer';
    await respond({ name, call: 'respond', text, json }, this.context);
  }
}
