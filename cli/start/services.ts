import { basename, join } from 'node:path';
import { projectRoot } from '../../platform/files/project-root.ts';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { MAIN_INSTANCE } from '../../platform/service/node-name.ts';
import type { ServiceSpec } from '../../platform/service/supervisor.ts';
import type { SystemAddress } from '../../platform/service/system-address.ts';

/** The services of the system, in the order in which they are started; some where a setting asks for them. */
export const systemServices = (environment: NodeJS.ProcessEnv): ServiceSpec[] => {
  const names: ServiceName[] = ['projections', 'spawner'];
  if (environment.ORCHESTRATOR_REDIS_URL) names.push('redis');
  if (environment.TELEGRAM_BOT_TOKEN) names.push('bot');
  return names.map((name) => ({ name, main: mainOf(name) }));
};

const MAINS = {
  projections: 'projections/main.ts',
  spawner: 'spawner/main.ts',
  redis: 'projections/redis/main.ts',
  bot: 'bot/main.ts',
} as const;

type ServiceName = keyof typeof MAINS;

/**
 * A bundle starts bundles, which take half the time and less memory; sources start sources, whose lines
 * coverage counts (docs/decisions/0095-npm-start-runs-bundles.md, 0124-tests-run-what-people-run.md).
 */
export function mainOf(name: ServiceName, here: string = import.meta.dirname): string {
  const isBundled = basename(here) === 'dist';
  return join(projectRoot(here), isBundled ? `dist/${name}.cjs` : MAINS[name]);
}

/** The environment of a service: the supervisor's own, and where the system is. */
export const serviceEnvironment = (
  own: NodeJS.ProcessEnv,
  paths: DataPaths,
  address: SystemAddress,
): NodeJS.ProcessEnv => ({
  ...own,
  ORCHESTRATOR_DATA_DIR: paths.root,
  ORCHESTRATOR_NATS_URL: address.url,
  // The same after every restart: a spawner takes up at once what it owned under its name.
  ORCHESTRATOR_INSTANCE: own.ORCHESTRATOR_INSTANCE || MAIN_INSTANCE,
  ...(address.credentials && { ORCHESTRATOR_CREDS: address.credentials.file }),
});
