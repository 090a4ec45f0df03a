import type { FastifyInstance } from 'fastify';
import type { SystemHealth } from '../../schemas/health.ts';

const OPEN = { config: { open: true } };

/**
 * `GET /livez`: this process serves. `GET /healthz`: 200 when every expected service answers and
 * every check is well, else 503; the body tells which. Neither wants a token.
 */
export function healthRoutes(http: FastifyInstance, ask: () => Promise<SystemHealth>): void {
  http.get('/livez', OPEN, async () => ({ ok: true }));
  http.get('/healthz', OPEN, async (_request, reply) => {
    const health = await ask();
    return reply
      .code(health.ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(health);
  });
}
