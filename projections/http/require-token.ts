import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { tokenHash } from '../../core/operator/api-tokens.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Scope } from '../../schemas/events/token.ts';
import { includesScope } from '../../schemas/http/http-route.ts';
import type { AgentSpeakers } from './agent-speakers.ts';
import { bearerToken } from './bearer-token.ts';
import type { KnownTokens } from './known-tokens.ts';

/**
 * Refuses what lacks `Authorization: Bearer <token>` with ORC_CREDS, and what its token may not do with
 * ORC_NOT_PERMITTED; open routes excepted, and those that a job's own token opens, which look at it
 * themselves. Nothing is wanted where no token is set and none was made.
 *
 * A route for agents gets who speaks.
 *
 * @param token the one of the settings, which may do everything
 */
export function requireToken(
  token: string | undefined,
  tokens: KnownTokens,
  speakers: AgentSpeakers,
): onRequestAsyncHookHandler {
  const scopeOf = async (request: FastifyRequest): Promise<Scope> => {
    const given = bearerToken(request.headers.authorization);
    if (given === undefined) {
      if (token === undefined && !(await tokens.areThere())) return 'admin';
      throw unknown('This API wants a token');
    }
    if (token !== undefined && isSame(given, token)) return 'admin';
    const known = await tokens.find(given);
    if (known?.scope === 'agent') {
      const what = `This token speaks as ${known.agentId}, and does nothing else`;
      throw new OrchestratorError('ORC_NOT_PERMITTED', what, {
        cure: 'It is for `POST /tools/{tool}`; `orchestrator token create --scope` makes another.',
      });
    }
    if (known !== undefined) return known.scope;
    // On this machine's own address one that is wrong opens as much as none.
    if (token === undefined && !(await tokens.areThere())) return 'admin';
    throw unknown('This token opens nothing (any more)');
  };
  return async (request) => {
    const { scope: wanted = 'read' } = request.routeOptions.config;
    if (wanted === 'open' || wanted === 'job') return;
    if (wanted === 'agent') {
      request.speaker = await speakers.of(request);
      return;
    }
    const scope = await scopeOf(request);
    requireScope(scope, wanted);
    request.scope = scope;
  };
}

/** Throws ORC_NOT_PERMITTED where a scope does not include what is wanted. */
export function requireScope(scope: Scope, wanted: Scope): void {
  if (includesScope(scope, wanted)) return;
  const what = `This token has the scope ${scope}; this wants ${wanted}`;
  throw new OrchestratorError('ORC_NOT_PERMITTED', what, {
    cure: `Make one that has: \`orchestrator token create --scope ${wanted}\`.`,
  });
}

/** Hashes have one length whatever the text: comparing takes the same time for every wrong token. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(Buffer.from(tokenHash(one)), Buffer.from(tokenHash(other)));

const unknown = (what: string) =>
  new OrchestratorError('ORC_CREDS', what, {
    cure: 'Send `Authorization: Bearer <token>` with one that `orchestrator token create` made, with ORCHESTRATOR_HTTP_TOKEN, or with what auth/http.token of the data folder holds.',
  });
