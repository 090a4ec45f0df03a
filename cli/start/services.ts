import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../platform/files/project-root.ts';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { MAIN_INSTANCE } from '../../platform/service/node-name.ts';
import type { ServiceSpec } from '../../platform/service/supervisor.ts';
import type { SystemAddress } from '../../platform/service/system-address.ts';

/** The services of the system, in the order in which they are started; some where a setting asks for them. */
export const systemServices = (environment: NodeJS.ProcessEnv): ServiceSpec[] => {
  return [
    serviceOf('projections'),
    serviceOf('spawner'),
    ...(environment.ORCHESTRATOR_REDIS_URL ? [serviceOf('redis', 'projections/redis')] : []),
    ...(environment.TELEGRAM_BOT_TOKEN ? [serviceOf('bot')] : []),
  ];
};

/** From its sources in a checkout; in an installed package, of which Node strips no types, bundled. */
function serviceOf(name: string, folder = name, root = projectRoot()): ServiceSpec {
  const source = join(root, folder, 'main.ts');
  return {
    name,
    main: existsSync(source) ? source : join(root, 'dist', 'services', `${name}.mjs`),
  };
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
