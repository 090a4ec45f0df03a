import { Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { SayCommand } from '../agent/say-command.ts';
import { usageOf } from '../usage.ts';

export class ProgressCommand extends SayCommand {
  static override paths = [['progress']];
  static override usage = usageOf('progress');

  text = Option.String({ required: false });

  override async execute(): Promise<void> {
    const { text, json, timeoutMs } = this;
    await respond({ name: 'progress', call: 'progress', text, json, timeoutMs }, this.context);
  }
}
