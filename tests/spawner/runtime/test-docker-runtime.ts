import { pino } from 'pino';
import { dockerEngine } from '../../../core/docker/docker-engine.ts';
import type { ContainerSettings } from '../../../spawner/runtime/docker/container-options.ts';
import { DockerRuntime } from '../../../spawner/runtime/docker/docker-runtime.ts';

const MEGABYTE = 1024 * 1024;

/** The runtime as the tests use it: agents that nobody extends end soon. */
export function testDockerRuntime(
  host: string,
  image: string,
  own: Partial<ContainerSettings> = {},
): DockerRuntime {
  const limits = { memoryBytes: 256 * MEGABYTE, pids: 128, cpus: 1, tmpBytes: 64 * MEGABYTE };
  return new DockerRuntime({
    docker: dockerEngine(host),
    settings: { image, network: 'bridge', limits, expiryGraceMs: 1000, ...own },
    logger: pino({ level: 'silent' }),
  });
}
