import { Command, Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class AnswerCommand extends Command {
  static override paths = [['answer']];
  static override usage = usageOf('answer');

  text = Option.String({ required: false });
  json = jsonOption();

  override async execute(): Promise<void> {
    const { text, json } = this;
    await respond({ name: 'answer', call: 'answer', text, json }, this.context);
  }
}
