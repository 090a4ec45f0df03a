import { Option } from 'clipanion';
import { requireResumable } from '../../core/conversation/going-on.ts';
import { awaitEvent } from '../../core/operator/await-event.ts';
import { settles } from '../../core/operator/command-outcome.ts';
import { giveCommand } from '../../core/operator/give-command.ts';
import { isReady } from '../../core/operator/is-ready.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** More than any kind may take until it is ready: the reason of a start that fails is told then. */
const START_MS = 240_000;

export class ResumeCommand extends OperatorCommand {
  static override paths = [['resume']];
  static override usage = usageOf('resume');

  agent = Option.String({ required: true });
  wait = Option.Boolean('--wait', true, described('resume', '--wait'));

  protected async work({ log, views }: OperatorContext): Promise<undefined> {
    const known = await knownAgent(views, this.agent, this.timeoutMs);
    const { agentId } = known;
    const { agent } = await views.request('agent', { agentId }, { timeoutMs: this.timeoutMs });
    if (agent.phase !== 'ended' && agent.phase !== 'stopping') {
      this.print({ agentId, outcome: 'lives' }, `${agentId} lives\n`);
      return;
    }
    requireResumable(agent);
    const { commandId, sequence } = await giveCommand(log, agentId, 'command.resume', {});
    if (this.wait) {
      const what = `the start of ${agentId}`;
      const timeoutMs = this.timeoutMs + START_MS;
      const wanted = { of: { agentId }, from: sequence, timeoutMs, what };
      await awaitEvent(log, wanted, settles(commandId, isReady));
    }
    const outcome = this.wait ? 'resumed' : 'asked';
    this.print({ agentId, commandId, outcome }, `${agentId} ${outcome}\n`);
  }
}
