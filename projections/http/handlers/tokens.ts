import { createToken, listTokens, revokeToken } from '../../../core/operator/api-tokens.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { type HandlersOf, SYSTEM_MS } from '../api-context.ts';

export const tokenHandlers: HandlersOf<'createToken' | 'listTokens' | 'revokeToken'> = {
  async createToken({ body: { name, scope, agent, ttl } }, { log, views }) {
    if ((scope === undefined) === (agent === undefined)) {
      throw new OrchestratorError('ORC_BAD_INPUT', 'A token has a `scope`, or is of an `agent`');
    }
    const right =
      scope === undefined
        ? { agentId: (await knownAgent(views, agent ?? '', SYSTEM_MS)).agentId }
        : { scope };
    return createToken(log, { name, ...right, ttlMs: ttl });
  },
  listTokens: async (_call, { log }) => ({ tokens: await listTokens(log) }),
  revokeToken: ({ params }, { log }) => revokeToken(log, params.token),
};
