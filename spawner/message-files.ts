import type { Logger } from 'pino';
import { inboxPath, readFileOf } from '../core/files/read-file.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { FileReference } from '../schemas/events/file.ts';
import type { AgentProcess } from './runtime/runtime.ts';

/**
 * Puts the files of a message into the agent's workspace, before it is told of them. What is not
 * kept any more is missing there, and stands in the log.
 */
export async function putMessageFiles(
  process: AgentProcess | undefined,
  files: readonly FileReference[],
  { log, logger, agentId }: { log: EventLog; logger: Logger; agentId: string },
): Promise<void> {
  for (const file of files) {
    const bytes = await readFileOf(log, agentId, file);
    if (bytes === undefined) logger.warn({ agentId, file }, 'the file of a message is not kept');
    else
      await process?.replaceFile({
        path: `workspace/${inboxPath(file)}`,
        content: bytes,
        mode: 0o644,
      });
  }
}
