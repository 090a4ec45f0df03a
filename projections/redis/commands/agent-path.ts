import { posix } from 'node:path';
import { homePath } from '../../../schemas/events/parts.ts';

/** Where an agent works, relative to its home. */
const WORKSPACE = 'workspace';

/**
 * A path as older clients give it, relative to the agent's home. They know containers: `/workspace`
 * is where the agent works and what a relative path starts from, `/home/worker` its home. Undefined
 * where the path leads out of both, names one of them, or is none that a file of an agent may have.
 */
export function agentPath(path: string): string | undefined {
  const absolute = posix.resolve('/workspace', path);
  const inHome = absolute.startsWith('/workspace/')
    ? `${WORKSPACE}${absolute.slice('/workspace'.length)}`
    : absolute.startsWith('/home/worker/')
      ? absolute.slice('/home/worker/'.length)
      : undefined;
  return homePath.safeParse(inHome).data;
}
