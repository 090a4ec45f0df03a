import { basename } from 'node:path';
import { Option } from 'clipanion';
import { respond } from '../agent/respond.ts';
import { SayCommand } from '../agent/say-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class AnswerCommand extends SayCommand {
  static override paths = [['answer']];
  static override usage = usageOf('answer');

  text = Option.String({ required: false });
  file = Option.String('--file', described('answer', '--file'));

  override async execute(): Promise<void> {
    const { json, timeoutMs } = this;
    const file = await this.#attached();
    // With a file alone there is no text to wait for on stdin.
    const text = this.text ?? (this.file === undefined ? undefined : basename(this.file));
    const answer = { name: 'answer', call: 'answer', text, json, timeoutMs } as const;
    await respond({ ...answer, ...(file && { file }) }, this.context);
  }

  /** Loaded where there is a file: every other answer does without. */
  async #attached() {
    if (this.file === undefined) return undefined;
    const { attachFile } = await import('../agent/attach-file.ts');
    return attachFile(this.file, this.timeoutMs, this.context);
  }
}
