import type { Logger } from 'pino';
import { NEAR } from '../platform/async/back-off.ts';
import { keepRunning } from '../platform/async/keep-running.ts';
import type { WorkerRegister } from '../platform/nats/worker-register.ts';
import type { CredentialRevoker } from './credential-revoker.ts';

/**
 * Has the credentials of workers revoked that an operator has revoked, until the signal aborts. Begins again where
 * the register is out of reach: each time it tells everything that there is. Never rejects.
 */
export function revokeWorkers(
  revoker: CredentialRevoker,
  register: WorkerRegister,
  { signal, logger }: { signal: AbortSignal; logger: Logger },
): Promise<void> {
  const follow = () =>
    register.follow((workerId, { revokedAt, expiresAt }) => {
      if (revokedAt === undefined) return;
      revoker.revokeWorker(workerId, new Date(revokedAt), new Date(expiresAt), signal);
    }, signal);
  const ended = (error: unknown) =>
    logger.warn({ err: error }, 'revoked workers cannot be read, trying again');
  return keepRunning(follow, { signal, times: NEAR, ended });
}
