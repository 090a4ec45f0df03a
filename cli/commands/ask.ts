import { Command, Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { MAX_OPTION, MAX_OPTIONS } from '../../schemas/limits.ts';
import { messageText } from '../agent/message-text.ts';
import { respond } from '../agent/respond.ts';
import { described, durationOption, jsonOption } from '../options.ts';
import { usageOf } from '../usage.ts';

/** How long a person may take, where the agent says nothing. */
const WAIT = '10m';

export class AskCommand extends Command {
  static override paths = [['ask']];
  static override usage = usageOf('ask');

  json = jsonOption();
  timeout = Option.String('--timeout', described('ask', '--timeout'));
  wait = Option.Boolean('--wait', false, described('ask', '--wait'));
  text = Option.String({ required: false });
  options = Option.Array('--option', [], described('ask', '--option'));

  override async execute(): Promise<void> {
    const { text, options, json } = this;
    const fit = options.every(({ length }) => length > 0 && length <= MAX_OPTION);
    if (options.length > MAX_OPTIONS || !fit) {
      const what = `A question offers up to ${MAX_OPTIONS} choices, each of 1 to ${MAX_OPTION} characters`;
      throw new OrchestratorError('ORC_USAGE', what, { cure: 'See `orchestrator ask --help`.' });
    }
    if (this.wait) return this.#askAndWait();
    const timeoutMs = durationOption('--timeout', this.timeout ?? '20s');
    const question = { name: 'question', call: 'ask', text, options, json, timeoutMs } as const;
    await respond(question, this.context);
  }

  async #askAndWait(): Promise<void> {
    const waitMs = durationOption('--timeout', this.timeout ?? WAIT);
    const text = await messageText(this.text, this.context);
    const { askAnyway } = await import('../agent/ask-anyway.ts');
    const answered = await askAnyway({ text, options: this.options, waitMs }, this.context);
    this.context.stdout.write(this.json ? `${JSON.stringify(answered)}\n` : `${answered.answer}\n`);
  }
}
