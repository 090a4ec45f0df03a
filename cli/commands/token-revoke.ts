import { Option } from 'clipanion';
import { revokeToken } from '../../core/operator/api-tokens.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { usageOf } from '../usage.ts';

export class TokenRevokeCommand extends OperatorCommand {
  static override paths = [['token', 'revoke']];
  static override usage = usageOf('token revoke');

  token = Option.String({ required: true });

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const revoked = await revokeToken(log, this.token);
    this.print(revoked, `${revoked.id} revoked\n`);
  }
}
