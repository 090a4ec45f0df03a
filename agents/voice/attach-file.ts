import { basename } from 'node:path';
import { appendError } from '../../core/log/append-result.ts';
import { readNamedFile } from '../../core/log/read-named-file.ts';
import { plainFileName, storeFile } from '../../platform/files/file-store.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import { newId } from '../../schemas/ids.ts';
import { MAX_FILE_BYTES } from '../../schemas/limits.ts';
import { agentContext } from './agent-context.ts';
import { asAgent } from './as-agent.ts';
import type { CommandStreams } from './command-streams.ts';
import type { Deadline } from './deadline.ts';

/** Stores a file for the user. Throws ORC_FILE, ORC_TOO_LARGE, and what connecting says. */
export async function attachFile(
  path: string,
  deadline: Deadline,
  { env }: CommandStreams,
): Promise<FileReference> {
  const context = agentContext(env);
  const bytes = bytesOf(path);
  const file = { fileId: newId('file'), name: plainFileName(basename(path)), bytes };
  return asAgent(context, deadline, async (nc) => {
    const stored = await storeFile(nc, context.agentId, file);
    if (!stored.ok) throw appendError(stored);
    return stored.reference;
  });
}

function bytesOf(path: string): Uint8Array {
  const read = readNamedFile(path, MAX_FILE_BYTES);
  if (read.ok) return read.bytes;
  if (!read.tooLarge) {
    throw new OrchestratorError('ORC_FILE', `${path} cannot be read: ${read.reason}`);
  }
  throw new OrchestratorError('ORC_TOO_LARGE', `${path} cannot be sent: ${read.reason}`, {
    cure: `A file of up to ${MAX_FILE_BYTES / 1024 / 1024} MB can be sent.`,
  });
}
