import { Option } from 'clipanion';
import { awaitControl, type Control, type ControlType } from '../../core/operator/control-agent.ts';
import { giveCommand } from '../../core/operator/give-command.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { described } from '../options.ts';
import { OperatorCommand } from './operator-command.ts';
import type { OperatorContext } from './operator-context.ts';

/** A command that asks an agent for one thing and waits until it is done. */
export abstract class ControlCommand<T extends ControlType> extends OperatorCommand {
  agent = Option.String({ required: true });
  wait = Option.Boolean('--wait', true, described('stop', '--wait'));

  protected abstract readonly type: T;
  protected abstract control(): Control<T>;

  protected async work(context: OperatorContext): Promise<undefined> {
    const { agentId } = await knownAgent(context.views, this.agent, this.timeoutMs);
    return this.give(agentId, context);
  }

  /** Asks it, and tells what became of that. */
  protected async give(agentId: string, { settings, log }: OperatorContext): Promise<undefined> {
    const { type } = this;
    const control = this.control();
    const given = await giveCommand(log, agentId, type, control.data);
    if (this.wait) {
      const timeoutMs = this.timeoutMs + control.takesMs(settings);
      await awaitControl(log, { agentId, type, control, given, timeoutMs });
    }
    const outcome = this.wait ? control.done : 'asked';
    this.print({ agentId, commandId: given.commandId, outcome }, `${agentId} ${outcome}\n`);
  }
}
