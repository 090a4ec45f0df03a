import { Option } from 'clipanion';
import type { CommandStreams } from '../../agents/voice/command-streams.ts';
import { awaitTurn } from '../../core/operator/await-turn.ts';
import { giveCommand } from '../../core/operator/give-command.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { MESSAGE_MODES, type MessageMode, messageMode } from '../../schemas/message-mode.ts';
import { messageText } from '../agent/message-text.ts';
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
    // What the quick way has begun comes with the streams (`run`).
    const { begun, env }: CommandStreams = this.context;
    const traceparent = env.TRACEPARENT;
    const text = await messageText(this.text, this.context);
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const data = { text, mode, ...(this.answers !== undefined && { answers: this.answers }) };
    const given =
      begun?.sent === undefined
        ? await giveCommand(log, agentId, 'command.send', data, { ...begun, traceparent })
        : { commandId: begun.id, sequence: begun.sent.sequence };
    if (!this.wait) {
      this.print(given, `${given.commandId}\n`);
      return;
    }
    const wanted = {
      agentId,
      commandId: given.commandId,
      from: begun?.sent?.next ?? given.sequence,
      timeoutMs: settings.ORCHESTRATOR_TURN_DEADLINE + this.timeoutMs,
      turnId: begun?.sent?.turnId,
    };
    await awaitTurn(log, wanted, ({ type, data }) => {
      this.print({ type, ...data }, `${data.text}\n`);
    });
  }
}

function modeOf(text: string): MessageMode {
  const mode = messageMode(text);
  if (mode !== undefined) return mode;
  const what = `--mode ${JSON.stringify(text)} is none of ${MESSAGE_MODES.join(', ')}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
