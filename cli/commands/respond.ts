import { Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { SayCommand } from '../agent/say-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class RespondCommand extends SayCommand {
  static override paths = [['respond']];
  static override usage = usageOf('respond');

  text = Option.String({ required: false });
  expectReply = Option.Boolean(
    '--expect-reply,-q',
    false,
    described('respond', '--expect-reply,-q'),
  );

  override async execute(): Promise<void> {
    const { text, json, timeoutMs } = this;
    const name = this.expectReply ? 'question' : 'answer';
    await respond({ name, call: 'respond', text, json, timeoutMs }, this.context);
  }
}
