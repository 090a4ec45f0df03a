import { Option } from 'clipanion';
import { wantedAgent } from '../../agents/wanted-agent.ts';
import type { ForkMemory } from '../../core/domain/agent/run/run-events.ts';
import { awaitStart } from '../../core/operator/create-agent.ts';
import { type Forked, forkAgent } from '../../core/operator/fork-agent.ts';
import { forkMemory } from '../../core/operator/fork-memory.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { turnMeant } from '../../core/operator/turn-meant.ts';
import { derivedId, newAgentId } from '../../schemas/ids.ts';
import { describedKind } from '../kind-option.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, personOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class ForkCommand extends OperatorCommand {
  static override paths = [['fork']];
  static override usage = usageOf('fork');

  at = Option.String('--at', described('fork', '--at'));
  kind = Option.String('--kind', describedKind('fork'));
  name = Option.String('--name', described('fork', '--name'));
  model = Option.String('--model', described('fork', '--model'));
  effort = Option.String('--effort', described('fork', '--effort'));
  owner = Option.String('--owner', described('fork', '--owner'));
  id = Option.String('--id', described('fork', '--id'));
  wait = Option.Boolean('--wait', true, described('fork', '--wait'));
  agent = Option.String({ name: 'agent', required: true });

  protected async work({ settings, log, views }: OperatorContext): Promise<undefined> {
    const { kind, name, model, effort, timeoutMs } = this;
    const { agentId } = await knownAgent(views, this.agent, timeoutMs);
    const owner = this.owner === undefined ? undefined : personOption('--owner', this.owner);
    const fork = { kind, name, model, effort };
    const forked = await forkAgent(agentId, fork, {
      log,
      views,
      owner,
      timeoutMs,
      forkId: this.id === undefined ? newAgentId() : derivedId('agent-', 'fork', this.id),
      at: this.at === undefined ? undefined : await turnMeant(log, this.at),
      complete: (wish) => wantedAgent(settings, wish, (what) => `--${what}`),
    });
    if (this.wait) await awaitStart(log, forked, timeoutMs);
    const memory = this.wait ? await forkMemory(log, forked, timeoutMs) : undefined;
    const { sequence: _, ...shown } = forked;
    this.print({ ...shown, memory }, `${forked.agentId}\n`);
    if (!this.json) this.context.stderr.write(`${forkText(forked, memory)}\n`);
  }
}

/** What the fork knows, and by what. */
function forkText(
  { forkedFrom, endedAt, files, ...digest }: Forked,
  memory: ForkMemory | undefined,
): string {
  const { agentId, turnId } = forkedFrom;
  const { messages, leftOut, shortened } = digest;
  const less = [
    ...(leftOut > 0 ? [`${leftOut} entries left out`] : []),
    ...(shortened > 0 ? [`${shortened} cut short`] : []),
  ];
  const how = less.length === 0 ? '' : ` (${less.join(', ')})`;
  const of =
    files === undefined
      ? 'an empty folder'
      : `the files of ${files.turnId === turnId ? 'that turn' : files.turnId}`;
  const by = {
    session: 'its CLI’s session up to there',
    digest: `a digest of ${messages} messages${how}`,
    unknown: `its CLI’s session or a digest of ${messages} messages, as its start will say`,
  };
  return `forked from ${agentId} at ${turnId}, ${endedAt}: by ${by[memory ?? 'unknown']}, with ${of}`;
}
