import { createHash } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AppendFailure } from '../../core/log/append-result.ts';
import { headerLines } from '../../core/log/header-lines.ts';
import { publishOne } from '../../core/log/publish-event.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { endInBytes } from './end-in-bytes.ts';

/** Well below what any broker takes in one message. */
const PIECE_BYTES = 512 * 1024;

const ACK_TIMEOUT_MS = 5_000;

/**
 * Keeps a file in pieces beside the events, so that it can be had wherever NATS can. Under the same
 * id it may be stored again: a reader takes each piece once. That is why a piece has no
 * `Nats-Msg-Id`, which another agent could claim first. Never throws
 * (docs/decisions/0023-files-beside-the-events.md).
 */
export async function storeFile(
  nc: NatsConnection,
  agentId: string,
  { fileId, name, bytes }: { fileId: string; name: string; bytes: Uint8Array },
): Promise<{ ok: true; reference: FileReference } | AppendFailure> {
  const subject = subjectOf({ family: 'file', agentId, fileId });
  const pieces = Math.ceil(bytes.length / PIECE_BYTES);
  for (let piece = 0; piece < pieces; piece += 1) {
    const headers = headerLines([
      ['ce-specversion', '1.0'],
      ['ce-type', 'file.piece'],
      ['ce-id', `${fileId}:${piece}`],
      ['ce-source', 'orchestrator/files'],
      ['ce-piece', String(piece)],
    ]);
    const payload = bytes.subarray(piece * PIECE_BYTES, (piece + 1) * PIECE_BYTES);
    const result = await publishOne(nc, { subject, headers, payload }, ACK_TIMEOUT_MS);
    if (!result.ok) return result;
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ok: true, reference: { fileId, name, size: bytes.length, sha256, pieces } };
}

/**
 * Any name as a plain one that a file may have: no folder, nothing hidden, at most 100 characters and
 * 120 bytes, so that a file system takes it behind any file id. Of a longer one the end is kept, which
 * says what kind of file it is.
 */
export function plainFileName(name: string): string {
  const base = name.toWellFormed().split(/[/\\]/).at(-1) ?? '';
  const clean = base.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replace(/^\.+/, '');
  const end = endInBytes(clean.slice(-MAX_NAME).toWellFormed(), MAX_NAME_BYTES);
  return end.replace(/^\.+/, '') || 'file';
}

const MAX_NAME = 100;
const MAX_NAME_BYTES = 120;
