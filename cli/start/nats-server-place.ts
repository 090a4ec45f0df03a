import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../platform/files/project-root.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where a fetched nats-server is kept, and whether one may be fetched now: in a checkout that is done before
 * the start, and an installed package, whose own folder may be root's, has nobody else to do it.
 */
export function natsServerPlace(env: Environment, root = projectRoot()) {
  if (existsSync(join(root, 'bootstrap'))) return { root, allowDownload: false };
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return { root: join(cache, 'orchestrator'), allowDownload: true };
}
