import { join } from 'node:path';
import { withFolderLock } from '../../../bootstrap/folder-lock.mjs';
import { baseImages } from './base-images.ts';
import { type DockerEngine, docker } from './docker-cli.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The image in which agents live, built from this checkout, without agent CLIs. Its name. */
export const workerImage = (engine: DockerEngine): Promise<string> =>
  projectImage(engine, 'worker', 'orchestrator-worker:test');

/** The same with some of the agent CLIs, separated by commas. */
export const workerImageWith = (engine: DockerEngine, agents: string): Promise<string> =>
  projectImage(engine, 'worker', 'orchestrator-worker:test-agents', [
    '--build-arg',
    `AGENTS=${agents}`,
  ]);

/** The image of the system's own services, built from this checkout. Its name. */
export const orchestratorImage = (engine: DockerEngine): Promise<string> =>
  projectImage(engine, 'orchestrator', 'orchestrator:test');

/** Where nothing has changed, the engine's own cache makes it the matter of a second. */
async function projectImage(
  engine: DockerEngine,
  folder: string,
  name: string,
  more: readonly string[] = [],
): Promise<string> {
  await baseImages(engine);
  const file = join('images', folder, 'Dockerfile');
  await withFolderLock(join(ROOT, '.cache', `image-${folder}.lock`), async () => {
    await docker(engine, ['build', '--quiet', ...more, '--file', file, '--tag', name, '.'], {
      cwd: ROOT,
    });
  });
  return name;
}
