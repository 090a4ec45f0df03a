import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import { respond } from '../agent/respond.ts';
import { SayCommand } from '../agent/say-command.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** As `response.question` has it in schemas/events/response.ts, which is not loaded here. */
const MAX_OPTIONS = 10;

export class AskCommand extends SayCommand {
  static override paths = [['ask']];
  static override usage = usageOf('ask');

  text = Option.String({ required: false });
  options = Option.Array('--option', [], described('ask', '--option'));

  override async execute(): Promise<void> {
    const { text, options, json, timeoutMs } = this;
    if (options.length > MAX_OPTIONS || options.includes('')) {
      const what = `A question offers up to ${MAX_OPTIONS} choices, none of them empty`;
      throw new OrchestratorError('ORC_USAGE', what, { cure: 'See `orchestrator ask --help`.' });
    }
    const question = { name: 'question', call: 'ask', text, options, json, timeoutMs } as const;
    await respond(question, this.context);
  }
}
