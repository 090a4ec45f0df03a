import { Option } from 'clipanion';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { MESSAGE_MODES, type MessageMode, messageMode } from '../../schemas/message-mode.ts';
import { messageText } from '../agent/message-text.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { statedError } from '../operator/command-outcome.ts';
import { giveCommand } from '../operator/give-command.ts';
import { knownAgent } from '../operator/known-agent.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { TurnOfMessage } from '../operator/turn-of-message.ts';
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
    // What the quick way has begun comes with the streams (`run`).
    const { begun }: CommandStreams = this.context;
    const text = await messageText(this.text, this.context);
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const data = { text, mode, ...(this.answers !== undefined && { answers: this.answers }) };
    const given =
      begun?.sent === undefined
        ? await giveCommand(log, agentId, 'command.send', data, begun)
        : { commandId: begun.id, sequence: begun.sent.sequence };
    if (!this.wait) {
      this.print(given, `${given.commandId}\n`);
      return;
    }
    const timeoutMs = settings.ORCHESTRATOR_TURN_DEADLINE + this.timeoutMs;
    const wanted = {
      of: { agentId },
      from: begun?.sent?.next ?? given.sequence,
      timeoutMs,
      what: 'the end of its turn',
    };
    const turn = new TurnOfMessage(given.commandId, begun?.sent?.turnId);
    await awaitEvent(log, wanted, (event) => this.#look(turn, event));
  }

  /** Prints what is said in the message's turn; true when that has ended. */
  #look(turn: TurnOfMessage, event: StoredEvent): true | undefined {
    const meaning = turn.take(event);
    if (event.type === 'response.answer' || event.type === 'response.question') {
      if (meaning === 'said') {
        this.print({ type: event.type, ...event.data }, `${event.data.text}\n`);
      }
    }
    if (event.type === 'turn.failed' || event.type === 'process.rejected') {
      if (meaning === 'failed' || meaning === 'rejected') throw statedError(event.data);
    }
    return meaning === 'ended' || undefined;
  }
}

function modeOf(text: string): MessageMode {
  const mode = messageMode(text);
  if (mode !== undefined) return mode;
  const what = `--mode ${JSON.stringify(text)} is none of ${MESSAGE_MODES.join(', ')}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
