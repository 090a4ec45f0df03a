import { Option } from 'clipanion';
import { requireResumable } from '../../core/conversation/going-on.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { settles } from '../operator/command-outcome.ts';
import { giveCommand } from '../operator/give-command.ts';
import { knownAgent } from '../operator/known-agent.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described } from '../options.ts';
import { usageOf } from '../usage.ts';

/** A real CLI that takes up a long session may take a while on a busy machine. */
const START_MS = 90_000;

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

function isReady(event: StoredEvent): boolean {
  if (event.type === 'process.start-failed') {
    throw new OrchestratorError('ORC_START_FAILED', `It was not started: ${event.data.reason}`);
  }
  return event.type === 'process.ready';
}
