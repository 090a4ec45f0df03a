import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { plainFileName, storeFile } from '../../core/files/file-store.ts';
import { appendError } from '../../core/log/append-result.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { newId } from '../../schemas/ids.ts';
import { MAX_FILE_BYTES } from '../../schemas/limits.ts';
import { agentContext } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import type { CommandStreams } from './command-streams.ts';
import { Deadline } from './deadline.ts';

/** Stores a file for the user. Throws ORC_FILE, ORC_TOO_LARGE, and what connecting says. */
export async function attachFile(
  path: string,
  timeoutMs: number,
  { env }: CommandStreams,
): Promise<FileReference> {
  const context = agentContext(env);
  const bytes = await bytesOf(path);
  const file = { fileId: newId('file'), name: plainFileName(basename(path)), bytes };
  return asAgent(context, new Deadline(timeoutMs), async (nc) => {
    const stored = await storeFile(nc, context.agentId, file);
    if (!stored.ok) throw appendError(stored);
    return stored.reference;
  });
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError('ORC_FILE', `${path} cannot be read: ${reason}`, { cause });
  });
  if (bytes.length <= MAX_FILE_BYTES) return bytes;
  throw new OrchestratorError('ORC_TOO_LARGE', `${path} has ${bytes.length} bytes`, {
    cure: `A file of up to ${MAX_FILE_BYTES / 1024 / 1024} MB can be sent.`,
  });
}
