import { Option } from 'clipanion';
import { createToken, type TokenRight } from '../../core/operator/api-tokens.ts';
import { knownAgent } from '../../core/operator/known-agent.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { SCOPES, type Scope } from '../../schemas/events/token.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { described, durationOption } from '../options.ts';
import { usageOf } from '../usage.ts';

export class TokenCreateCommand extends OperatorCommand {
  static override paths = [['token', 'create']];
  static override usage = usageOf('token create');

  name = Option.String({ required: true });
  scope = Option.String('--scope', described('token create', '--scope'));
  agent = Option.String('--agent', described('token create', '--agent'));
  ttl = Option.String('--ttl', described('token create', '--ttl'));

  protected async work(context: OperatorContext): Promise<undefined> {
    const { name } = this;
    const right = await this.#right(context);
    const ttlMs = this.ttl === undefined ? undefined : durationOption('--ttl', this.ttl);
    const created = await createToken(context.log, { name, ...right, ttlMs });
    this.print(created, `${created.token}\n`);
  }

  async #right({ views }: OperatorContext): Promise<TokenRight> {
    if (this.agent === undefined) return { scope: scopeOf(this.scope ?? 'read') };
    if (this.scope !== undefined) {
      throw new OrchestratorError('ORC_USAGE', 'A token of an --agent has no other --scope');
    }
    const { agentId } = await knownAgent(views, this.agent, this.timeoutMs);
    return { agentId };
  }
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((each) => each === text);
  if (scope !== undefined) return scope;
  const what = `--scope ${JSON.stringify(text)} is none of ${SCOPES.join(', ')}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
