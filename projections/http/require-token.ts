import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { OrchestratorError } from '../../schemas/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** For everybody, without the token. */
    open?: boolean;
  }
}

/** Refuses what lacks `Authorization: Bearer <token>` with ORC_CREDS; open routes excepted. */
export function requireToken(token: string): onRequestAsyncHookHandler {
  const wanted = digest(token);
  return async (request) => {
    if (request.routeOptions.config.open || timingSafeEqual(digest(given(request)), wanted)) return;
    throw new OrchestratorError('ORC_CREDS', 'This API wants a token', {
      cure: 'Send `Authorization: Bearer <token>` with ORCHESTRATOR_HTTP_TOKEN, or with what auth/http.token of the data folder holds.',
    });
  };
}

const given = ({ headers }: FastifyRequest): string =>
  /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';

/** A digest has one length whatever the text: comparing takes the same time for every wrong token. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
