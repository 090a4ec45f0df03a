import { Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { SayCommand } from '../agent/say-command.ts';
import { usageOf } from '../usage.ts';

export class AnswerCommand extends SayCommand {
  static override paths = [['answer']];
  static override usage = usageOf('answer');

  text = Option.String({ required: false });

  override async execute(): Promise<void> {
    const { text, json, timeoutMs } = this;
    await respond({ name: 'answer', call: 'answer', text, json, timeoutMs }, this.context);
  }
}
