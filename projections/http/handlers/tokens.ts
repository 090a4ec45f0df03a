import { createToken, listTokens, revokeToken } from '../../../core/operator/api-tokens.ts';
import type { HandlersOf } from '../api-context.ts';

export const tokenHandlers: HandlersOf<'createToken' | 'listTokens' | 'revokeToken'> = {
  createToken: ({ body: { name, scope, ttl } }, { log }) =>
    createToken(log, { name, scope, ttlMs: ttl }),
  listTokens: async (_call, { log }) => ({ tokens: await listTokens(log) }),
  revokeToken: ({ params }, { log }) => revokeToken(log, params.token),
};
