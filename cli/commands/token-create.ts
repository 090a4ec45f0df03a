import { Option } from 'clipanion';
import { createToken } from '../../core/operator/api-tokens.ts';
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
  scope = Option.String('--scope', 'read', described('token create', '--scope'));
  ttl = Option.String('--ttl', described('token create', '--ttl'));

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const { name } = this;
    const scope = scopeOf(this.scope);
    const ttlMs = this.ttl === undefined ? undefined : durationOption('--ttl', this.ttl);
    const created = await createToken(log, { name, scope, ttlMs });
    this.print(created, `${created.token}\n`);
  }
}

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((each) => each === text);
  if (scope !== undefined) return scope;
  const what = `--scope ${JSON.stringify(text)} is none of ${SCOPES.join(', ')}`;
  throw new OrchestratorError('ORC_USAGE', what);
}
