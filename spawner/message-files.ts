import type { Logger } from 'pino';
import type { EventLog } from '../core/log/event-log.ts';
import { inboxPath, readFileOf } from '../platform/files/read-file.ts';
import type { FileReference } from '../schemas/events/file.ts';
import { FileRefused } from './runtime/file-refused.ts';
import type { AgentProcess } from './runtime/runtime.ts';

/**
 * Puts the files of a message into the agent's workspace, before it is told of them. What is not
 * kept any more, or for which the agent has left no place, is missing there and stands in the log.
 */
export async function putMessageFiles(
  process: AgentProcess | undefined,
  files: readonly FileReference[],
  { log, logger, agentId }: { log: EventLog; logger: Logger; agentId: string },
): Promise<void> {
  for (const file of files) {
    const bytes = await readFileOf(log, agentId, file);
    if (bytes === undefined) {
      logger.warn({ agentId, file }, 'the file of a message is not kept');
      continue;
    }
    const path = `workspace/${inboxPath(file)}`;
    try {
      await process?.replaceFile({ path, content: bytes, mode: 0o644 });
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      logger.warn({ err: error, agentId, file }, 'the file of a message cannot be put there');
    }
  }
}
