import { join } from 'node:path';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { MAIN_INSTANCE } from '../../platform/service/node-name.ts';
import type { ServiceSpec } from '../../platform/service/supervisor.ts';
import type { SystemAddress } from '../../platform/service/system-address.ts';
import { projectRoot } from './project-root.ts';

/** The services of the system, in the order in which they are started; some where a setting asks for them. */
export const systemServices = (environment: NodeJS.ProcessEnv): ServiceSpec[] => {
  const root = projectRoot();
  const redis = { name: 'redis', main: join(root, 'projections', 'redis', 'main.ts') };
  return [
    { name: 'projections', main: join(root, 'projections', 'main.ts') },
    { name: 'spawner', main: join(root, 'spawner', 'main.ts') },
    ...(environment.ORCHESTRATOR_REDIS_URL ? [redis] : []),
    ...(environment.TELEGRAM_BOT_TOKEN
      ? [{ name: 'bot', main: join(root, 'bot', 'main.ts') }]
      : []),
  ];
};

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
