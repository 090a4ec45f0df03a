import type { EventLog } from '../core/log/event-log.ts';
import { inboxPath, readFileOf } from '../platform/files/read-file.ts';
import type { FileReference } from '../schemas/events/file.ts';
import { FileRefused } from './runtime/file-refused.ts';
import type { AgentProcess } from './runtime/runtime.ts';

/**
 * Puts the files of a message into the agent's workspace, before it is told of them. Resolves with
 * what keeps one of them from being there, which does not pass: such a message is refused, or the
 * agent is told of a file that it has not. Throws what may pass, such as an engine that is away.
 */
export async function putMessageFiles(
  process: AgentProcess | undefined,
  files: readonly FileReference[],
  { log, agentId }: { log: EventLog; agentId: string },
): Promise<string | undefined> {
  for (const file of files) {
    const content = await readFileOf(log, agentId, file);
    if (content === undefined) return `${file.name} is not kept any more`;
    const path = `workspace/${inboxPath(file)}`;
    try {
      await process?.replaceFile({ path, content, mode: 0o644 });
    } catch (error) {
      if (!(error instanceof FileRefused)) throw error;
      return error.message;
    }
  }
  return undefined;
}
