import { Option } from 'clipanion';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { MESSAGE_MODES, type MessageMode, messageMode } from '../../schemas/message-mode.ts';
import { messageText } from '../agent/message-text.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { settles, statedError } from '../operator/command-outcome.ts';
import { giveCommand } from '../operator/give-command.ts';
import { knownAgent } from '../operator/known-agent.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class SendCommand extends OperatorCommand {
  static override paths = [['send']];
  static override usage = usageOf('send');

  agent = Option.String({ required: true });
  text = Option.String({ required: false });
  wait = Option.Boolean('--wait', false, described('send', '--wait'));
  answers = Option.String('--answers', described('send', '--answers'));
  mode = Option.String('--mode', described('send', '--mode'));

  protected async work({ settings, log, views }: OperatorContext): Promise<undefined> {
    const mode = modeOf(this.mode ?? settings.ORCHESTRATOR_MESSAGE_MODE);
    const text = await messageText(this.text, this.context);
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const given = await giveCommand(log, agentId, 'command.send', {
      text,
      mode,
      ...(this.answers !== undefined && { answers: this.answers }),
    });
    if (!this.wait) {
      this.print(given, `${given.commandId}\n`);
      return;
    }
    const timeoutMs = settings.ORCHESTRATOR_TURN_DEADLINE + this.timeoutMs;
    const wanted = {
      of: { agentId },
      from: given.sequence,
      timeoutMs,
      what: 'the end of its turn',
    };
    await awaitEvent(log, wanted, settles(given.commandId, this.#printer(given.commandId)));
  }

  /** Prints what is said in the turn of this message; true when that has ended. */
  #printer(commandId: string): (event: StoredEvent) => boolean {
    let turnId: string | undefined;
    return (event) => {
      const mine = 'commandId' in event.data && event.data.commandId === commandId;
      if (mine && 'turnId' in event.data) turnId = event.data.turnId;
      if (turnId === undefined) return false;
      if (event.type === 'response.answer' || event.type === 'response.question') {
        this.print({ type: event.type, ...event.data }, `${event.data.text}\n`);
      }
      if (event.type === 'turn.failed' && event.data.turnId === turnId) {
        throw statedError(event.data);
      }
      return event.type === 'turn.ended' && event.data.turnId === turnId;
    };
  }
}

function modeOf(text: string): MessageMode {
  const mode = messageMode(text);
  if (mode !== undefined) return mode;
  const what = `--mode ${JSON.stringify(text)} is none of ${MESSAGE_MODES.join(', ')}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
