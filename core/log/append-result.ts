import { errors } from '@nats-io/transport-node';
import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import { UNSETTLED } from './server-errors.ts';

/** What came of an append. Only `ok: true` means stored; only `not-reachable` leaves it open. */
export type AppendResult = Appended | AppendFailure;

interface Appended {
  ok: true;
  /** Place of the event (of the last one, of several) in the stream; 0 where a repeat hides it. */
  sequence: number;
  /** The event was stored before under the same id; this time nothing was stored. */
  duplicate: boolean;
}

export type AppendFailure =
  /** The expectation does not hold: fold what came in between and decide again. */
  | { ok: false; error: 'conflict'; reason: string }
  /** Another event was stored under this id: the same id does not bring this one in. */
  | { ok: false; error: 'id-taken'; reason: string }
  /** No acknowledgement in time. It may be stored: try again with the same ids. */
  | { ok: false; error: 'not-reachable'; reason: string }
  /** Bytes with headers, and what the server takes at most. Nothing was sent. */
  | { ok: false; error: 'too-large'; size: number; limit: number }
  | { ok: false; error: 'no-stream'; reason: string }
  | { ok: false; error: 'storage-full'; reason: string }
  /** SAID keeps as much of this subject as it may; it takes more when the oldest is past. */
  | { ok: false; error: 'quota'; reason: string }
  | { ok: false; error: 'not-permitted'; reason: string }
  /** Any other word of the server: a bug of ours or a server that is set up differently. */
  | { ok: false; error: 'refused'; reason: string; code: number };

/** Codes of the server's JetStream errors (nats-server, server/errors.json). */
const JS = {
  accountLimit: 10002,
  insufficientResources: 10023,
  storage: 10047,
  messageTooLarge: 10054,
  noStream: 10059,
  wrongLastSequence: 10071,
  storeFailed: 10077,
  wrongLastSequenceUnknown: 10164,
  duplicateInBatch: 10201,
} as const;

/** How the server says that a subject is full (`ErrMaxMsgsPerSubject`); the code is that of any failure to store. */
const PER_SUBJECT = /per subject/i;

interface PublishReply {
  seq?: number;
  duplicate?: boolean;
  error?: { err_code?: number; description?: string };
}

/** The reply to a publish into a stream, or to the commit of a batch. */
export function resultOfReply(payload: Uint8Array, size: number, limit: number): AppendResult {
  const reply = parseReply(payload);
  if (reply === undefined) {
    return { ok: false, error: 'refused', reason: 'not the reply of a stream', code: 0 };
  }
  if (reply.error === undefined) {
    return { ok: true, sequence: reply.seq ?? 0, duplicate: reply.duplicate ?? false };
  }
  return failure(reply.error.err_code ?? 0, reply.error.description ?? '', size, limit);
}

function failure(code: number, reason: string, size: number, limit: number): AppendResult {
  if (UNSETTLED.has(code)) return { ok: false, error: 'not-reachable', reason };
  switch (code) {
    case JS.wrongLastSequence:
    case JS.wrongLastSequenceUnknown:
      return { ok: false, error: 'conflict', reason };
    // Stored before as a whole, or another's: `confirmedBatch` tells.
    case JS.duplicateInBatch:
      return { ok: true, sequence: 0, duplicate: true };
    case JS.noStream:
      return { ok: false, error: 'no-stream', reason };
    case JS.accountLimit:
    case JS.insufficientResources:
    case JS.storage:
    case JS.storeFailed:
      return { ok: false, error: PER_SUBJECT.test(reason) ? 'quota' : 'storage-full', reason };
    case JS.messageTooLarge:
      return { ok: false, error: 'too-large', size, limit };
    default:
      return { ok: false, error: 'refused', reason, code };
  }
}

/**
 * What an exception of the client's `request` means. In a cluster a stream without a leader hears
 * nothing, and has another one in a moment.
 */
export function resultOfException(
  error: unknown,
  size: number,
  limit: number,
  isCluster: boolean,
): AppendFailure {
  const reason = error instanceof Error ? error.message : String(error);
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof errors.PermissionViolationError) {
      return { ok: false, error: 'not-permitted', reason: at.message };
    }
    if (at instanceof errors.NoRespondersError) {
      return { ok: false, error: isCluster ? 'not-reachable' : 'no-stream', reason };
    }
    if (at instanceof errors.InvalidArgumentError) {
      return { ok: false, error: 'too-large', size, limit };
    }
  }
  return { ok: false, error: 'not-reachable', reason };
}

/** What an error of a read means for the append that needed it. */
export function failureOfRead(error: unknown): AppendFailure {
  const { code, message: reason } = asOrchestratorError(error);
  if (code === 'ORC_NO_STREAM') return { ok: false, error: 'no-stream', reason };
  if (code === 'ORC_NOT_PERMITTED') return { ok: false, error: 'not-permitted', reason };
  return { ok: false, error: 'not-reachable', reason };
}

/** A failed append as the error that a person sees. */
export function appendError(failed: AppendFailure): OrchestratorError {
  switch (failed.error) {
    case 'conflict':
      return new OrchestratorError('ORC_CONFLICT', failed.reason);
    case 'id-taken':
      return new OrchestratorError('ORC_CONFLICT', failed.reason);
    case 'quota':
      // Not of the agent's own quota, but of what the stream keeps of one subject.
      return new OrchestratorError('ORC_QUOTA', undefined, {
        cure: 'Try again tomorrow; an operator can raise ORCHESTRATOR_SAID_PER_SUBJECT.',
      });
    case 'not-reachable':
      return new OrchestratorError(
        'ORC_NOT_REACHABLE',
        `NATS did not acknowledge: ${failed.reason}`,
      );
    case 'too-large':
      return new OrchestratorError(
        'ORC_TOO_LARGE',
        `The message has ${failed.size} bytes; the broker takes ${failed.limit}`,
      );
    case 'no-stream':
      return new OrchestratorError('ORC_NO_STREAM', undefined, { cause: failed.reason });
    case 'storage-full':
      return new OrchestratorError('ORC_STORAGE_FULL', `The event log is full: ${failed.reason}`);
    case 'not-permitted':
      return new OrchestratorError('ORC_NOT_PERMITTED', failed.reason);
    case 'refused':
      return new OrchestratorError(
        'ORC_INTERNAL',
        `NATS refused (${failed.code}): ${failed.reason}`,
      );
  }
}

function parseReply(payload: Uint8Array): PublishReply | undefined {
  try {
    const reply: unknown = JSON.parse(new TextDecoder().decode(payload));
    // The shape is the server's API (io.nats.jetstream.api.v1.pub_ack_response), every field optional.
    return reply !== null && typeof reply === 'object' ? (reply as PublishReply) : undefined;
  } catch {
    return undefined;
  }
}
