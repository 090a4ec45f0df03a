import { pino } from 'pino';
import { dockerEngine } from '../../../platform/docker/docker-engine.ts';
import type { ContainerSettings } from '../../../spawner/runtime/docker/container-options.ts';
import { DockerRuntime } from '../../../spawner/runtime/docker/docker-runtime.ts';

const MEGABYTE = 1024 * 1024;

/** Agents that nobody extends end soon. */
export const testSettings = (image: string): ContainerSettings => ({
  system: 'test',
  image,
  network: 'bridge',
  limits: { memoryBytes: 256 * MEGABYTE, pids: 128, cpus: 1, tmpBytes: 64 * MEGABYTE },
  expiryGraceMs: 1000,
  // Most tests read one output, or none.
  outputHoldMs: 0,
});

/** The runtime as the tests use it. */
export function testDockerRuntime(
  host: string,
  image: string,
  own: Partial<ContainerSettings> = {},
): DockerRuntime {
  return new DockerRuntime({
    docker: dockerEngine(host),
    settings: { ...testSettings(image), ...own },
    logger: pino({ level: 'silent' }),
    engineIs: () => undefined,
  });
}
