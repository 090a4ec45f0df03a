import { Option } from 'clipanion';
import { awaitControl, rewind } from '../../core/operator/control-agent.ts';
import { giveCommand } from '../../core/operator/give-command.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { rewindPoint } from '../../core/operator/rewind-point.ts';
import { turnMeant } from '../../core/operator/turn-meant.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

export class RewindCommand extends OperatorCommand {
  static override paths = [['rewind']];
  static override usage = usageOf('rewind');

  to = Option.String('--to', { required: true, ...described('rewind', '--to') });
  conversation = Option.Boolean('--conversation', false, described('rewind', '--conversation'));
  files = Option.Boolean('--files', false, described('rewind', '--files'));
  wait = Option.Boolean('--wait', true, described('rewind', '--wait'));
  agent = Option.String({ name: 'agent', required: true });

  protected async work({ settings, log, views }: OperatorContext): Promise<undefined> {
    const { conversation, files } = this;
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    const to = await turnMeant(log, this.to);
    const { data, notUndone } = await rewindPoint(log, agentId, { to, conversation, files });
    const type = 'command.rewind';
    const control = rewind(data);
    const given = await giveCommand(log, agentId, type, data);
    if (this.wait) {
      const timeoutMs = this.timeoutMs + control.takesMs(settings);
      await awaitControl(log, { agentId, type, control, given, timeoutMs });
    }
    const outcome = this.wait ? control.done : 'asked';
    const { turnId } = data;
    const shown = { agentId, commandId: given.commandId, outcome, turnId, notUndone };
    this.print(shown, `${agentId} ${outcome} to ${turnId}\n`);
    if (this.json || notUndone.length === 0) return;
    this.context.stderr.write(`Not undone:\n${notUndone.map((one) => `  ${one}\n`).join('')}`);
  }
}
