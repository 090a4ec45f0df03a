import { basename } from 'node:path';
import { Option } from 'clipanion';
import { Deadline } from '../../agents/voice/deadline.ts';
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
    const { json } = this;
    const deadline = new Deadline(this.timeoutMs);
    const file = await this.#attached(deadline);
    // With a file alone there is no text to wait for on stdin.
    const text = this.text ?? (this.file === undefined ? undefined : basename(this.file));
    // With a file, what that has left of the time; without, stdin may take its own.
    const timeoutMs = file === undefined ? this.timeoutMs : deadline.leftMs;
    const answer = { name: 'answer', call: 'answer', text, json, timeoutMs } as const;
    await respond({ ...answer, ...(file && { file }) }, this.context);
  }

  /** Loaded where there is a file: every other answer does without. */
  async #attached(deadline: Deadline) {
    if (this.file === undefined) return undefined;
    const { attachFile } = await import('../../agents/voice/attach-file.ts');
    return attachFile(this.file, deadline, this.context);
  }
}
