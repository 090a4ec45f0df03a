import { errors } from '@nats-io/transport-node';
import { OrchestratorError } from '../../schemas/errors.ts';

/**
 * Why a connection was not made, for the person who waits for it. The server does not tell an
 * expired credential from a wrong one ("Authorization Violation" for both), so its own expiry does.
 */
export function connectionError(
  error: unknown,
  url: string,
  jwt: string | undefined,
): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const cause = { cause: error };
  if (error instanceof errors.UserAuthenticationExpiredError) return expired(url, jwt, cause);
  // A server or a machine too busy to finish the handshake: says nothing about the credentials.
  const tooSlow = error instanceof Error && /authentication timeout/i.test(error.message);
  if (error instanceof errors.AuthorizationError && !tooSlow) {
    if (jwt === undefined) {
      return new OrchestratorError('ORC_CREDS', `${url} asks for credentials`, cause);
    }
    if (expiryOf(jwt) <= Date.now()) return expired(url, jwt, cause);
    return new OrchestratorError(
      'ORC_NOT_PERMITTED',
      `${url} does not accept these credentials`,
      cause,
    );
  }
  const reason = error instanceof Error && error.message !== '' ? error.message : 'no answer';
  return new OrchestratorError('ORC_NOT_REACHABLE', `NATS at ${url}: ${reason}`, cause);
}

function expired(url: string, jwt: string | undefined, cause: { cause: unknown }) {
  const at = jwt === undefined ? Number.POSITIVE_INFINITY : expiryOf(jwt);
  const since = Number.isFinite(at) ? ` since ${new Date(at).toISOString()}` : '';
  return new OrchestratorError(
    'ORC_CREDS_EXPIRED',
    `The credentials for ${url} are expired${since}`,
    cause,
  );
}

/** When a user JWT expires, in milliseconds since 1970; infinity where it says nothing. */
function expiryOf(jwt: string): number {
  try {
    const claims: unknown = JSON.parse(
      Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString(),
    );
    const seconds = claims !== null && typeof claims === 'object' && 'exp' in claims && claims.exp;
    return typeof seconds === 'number' ? seconds * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
