import { listTokens, type TokenView } from '../../core/operator/api-tokens.ts';
import { OperatorCommand } from '../operator/operator-command.ts';
import type { OperatorContext } from '../operator/operator-context.ts';
import { textTable } from '../text-table.ts';
import { usageOf } from '../usage.ts';

export class TokenListCommand extends OperatorCommand {
  static override paths = [['token', 'list']];
  static override usage = usageOf('token list');

  protected async work({ log }: OperatorContext): Promise<undefined> {
    const tokens = await listTokens(log);
    this.print(tokens, textTable(HEAD, tokens.map(row)));
  }
}

const HEAD = ['token', 'name', 'scope', 'created', 'until'];

const row = (token: TokenView): string[] => [
  token.id,
  token.name,
  token.agentId ?? token.scope,
  token.createdAt,
  token.revokedAt === undefined ? (token.expiresAt ?? '') : `revoked ${token.revokedAt}`,
];
