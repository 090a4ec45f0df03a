import type { WorkerRegister } from '../platform/nats/worker-register.ts';
import type { CredentialRevoker } from './credential-revoker.ts';

/** Has the credentials of workers revoked that an operator has revoked, until the signal aborts. */
export async function revokeWorkers(
  revoker: CredentialRevoker,
  register: WorkerRegister,
  signal: AbortSignal,
): Promise<void> {
  await register.follow((workerId, { revokedAt, expiresAt }) => {
    if (revokedAt === undefined) return;
    revoker.revokeWorker(workerId, new Date(revokedAt), new Date(expiresAt), signal);
  }, signal);
}
