import { GrammyError, HttpError } from 'grammy';
import { ANY_PIECE, type CallOutcome } from '../../core/domain/delivery/decide-delivery.ts';
import type { CallPiece } from '../../schemas/events/delivery.ts';

/** A wrong token does not become right by asking quickly. */
const TOKEN_WAIT_MS = 30_000;

/** The connection was never made: nothing of the request reached anybody. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** What Telegram's word of a refusal is about; anything else may be about any of them. */
const ABOUT: readonly [CallPiece, RegExp][] = [
  ['thread', /message thread not found|topic_(?:closed|deleted)|topic is closed/i],
  ['buttons', /button|reply[_ ]markup|keyboard/i],
  ['entities', /entit|can't parse|unsupported url/i],
  ['file', /file|document|photo|media|caption|upload|entity too large|docs_forbidden/i],
];

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
  // 413 is of a file that is too large to be uploaded.
  const pieces = code === 400 || code === 413 ? refusedPieces(reason) : [];
  return pieces.length > 0
    ? { kind: 'without', pieces, code, reason }
    : { kind: 'refused', code, reason };
}

function refusedPieces(reason: string): readonly CallPiece[] {
  const named = ABOUT.find(([, words]) => words.test(reason))?.[0];
  if (named !== undefined) return [named];
  return GONE.test(reason) ? [] : ANY_PIECE;
}

/** An error of a call in a few words, without the address, which holds the token. */
export function callError(error: unknown): string {
  if (error instanceof GrammyError) return `${error.error_code}: ${error.description}`;
  return outcomeOfError(error).reason;
}
