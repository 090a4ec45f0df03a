import { GrammyError, HttpError } from 'grammy';
import type { CallOutcome } from '../../core/domain/delivery/decide-delivery.ts';

/** A wrong token does not become right by asking quickly. */
const TOKEN_WAIT_MS = 30_000;

/** The connection was never made: nothing of the request reached anybody. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

const GONE = /chat not found|user is deactivated|group chat was upgraded|not enough rights|kicked/i;

/** What a failed call of the Bot API means for the message that it was to bring. */
export function outcomeOfError(error: unknown): Exclude<CallOutcome, { kind: 'taken' }> {
  if (error instanceof GrammyError) return outcomeOfRefusal(error);
  const cause = error instanceof HttpError ? error.error : error;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const reason = code || (cause instanceof Error ? cause.name : 'no answer');
  if (NOT_SENT.test(code)) return { kind: 'again', code: 0, reason: `not reached: ${reason}` };
  // Cut off, timed out, or answered by something that is not the Bot API.
  return { kind: 'perhaps', reason };
}

function outcomeOfRefusal(error: GrammyError): Exclude<CallOutcome, { kind: 'taken' }> {
  const { error_code: code, description: reason, parameters } = error;
  if (code === 429) {
    const seconds = parameters.retry_after ?? 1;
    return { kind: 'again', code, reason, afterMs: seconds * 1_000 };
  }
  if (code >= 500) return { kind: 'again', code, reason };
  if (code === 401 || code === 404) return { kind: 'again', code, reason, afterMs: TOKEN_WAIT_MS };
  if (code === 400 && !GONE.test(reason)) return { kind: 'plain', code, reason };
  return { kind: 'refused', code, reason };
}

/** An error of a call in a few words, without the address, which holds the token. */
export function callError(error: unknown): string {
  if (error instanceof GrammyError) return `${error.error_code}: ${error.description}`;
  return outcomeOfError(error).reason;
}
