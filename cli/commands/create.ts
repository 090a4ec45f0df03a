import { Option } from 'clipanion';
import { KIND_NAMES } from '../../agents/agent-kinds.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { isToken, newAgentId } from '../../schemas/ids.ts';
import { awaitEvent } from '../operator/await-event.ts';
import { giveCommand } from '../operator/give-command.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class CreateCommand extends OperatorCommand {
  static override paths = [['create']];
  static override usage = usageOf('create');

  kind = Option.String('--kind', {
    description: `${described('create', '--kind').description} One of ${KIND_NAMES.join(', ')}.`,
  });
  ttl = Option.String('--ttl', described('create', '--ttl'));
  command = Option.String('--command', described('create', '--command'));
  owner = Option.String('--owner', described('create', '--owner'));
  wait = Option.Boolean('--wait', true, described('create', '--wait'));

  protected async work({ settings, log }: OperatorContext): Promise<undefined> {
    const kind = this.kind ?? settings.ORCHESTRATOR_AGENT;
    requireKind(kind);
    const agentId = newAgentId();
    const { sequence } = await giveCommand(log, agentId, 'command.create', {
      kind,
      ttlMs: this.ttl ? durationOption('--ttl', this.ttl) : settings.ORCHESTRATOR_AGENT_TTL,
      turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
      ...(this.command !== undefined && { commandLine: this.command }),
      ...(this.owner !== undefined && { owner: personOf(this.owner) }),
    });
    if (this.wait) {
      const what = `the start of ${agentId}`;
      const wanted = { of: { agentId }, from: sequence, timeoutMs: this.timeoutMs, what };
      await awaitEvent(log, wanted, isReady);
    }
    this.print({ agentId }, `${agentId}\n`);
  }
}

/** Which of them this system can start, its spawner says. */
function requireKind(kind: string): void {
  if (KIND_NAMES.includes(kind)) return;
  const what = `--kind ${JSON.stringify(kind)} is none of ${KIND_NAMES.join(', ')}`;
  throw new OrchestratorError('ORC_UNKNOWN_KIND', what);
}

function isReady(event: StoredEvent): true | undefined {
  if (event.type === 'process.start-failed') {
    throw new OrchestratorError('ORC_START_FAILED', `It was not started: ${event.data.reason}`);
  }
  return event.type === 'process.ready' || undefined;
}

function personOf(owner: string): Person {
  const [channel = '', userId = '', ...rest] = owner.split('/');
  if (isToken(channel) && isToken(userId) && rest.length === 0) return { channel, userId };
  const what = `--owner ${JSON.stringify(owner)} is not <channel>/<user id>`;
  throw new OrchestratorError('ORC_USAGE', what);
}
