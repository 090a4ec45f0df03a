import { RESUME } from '../../core/operator/control-agent.ts';
import { resumableAgent } from '../../core/operator/resumable-agent.ts';
import { ControlCommand } from '../operator/control-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class ResumeCommand extends ControlCommand<'command.resume'> {
  static override paths = [['resume']];
  static override usage = usageOf('resume');

  protected readonly type = 'command.resume';

  protected control() {
    return RESUME;
  }

  protected override async work(context: OperatorContext): Promise<undefined> {
    const { agentId, lives } = await resumableAgent(context.views, this.agent, this.timeoutMs);
    if (!lives) return this.give(agentId, context);
    this.print({ agentId, outcome: 'lives' }, `${agentId} lives\n`);
  }
}
