import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ServiceProcess } from '../../../platform/service/service-process.ts';
import type { TestNats } from '../../support/nats.ts';
import { nodeEnvironment } from '../../support/node-environment.ts';
import { programOf } from '../../support/programs.ts';

const MAIN = programOf('projections');

/** The process as `npm start` runs it. */
export function startProjections(
  t: ExecutionContext,
  nats: TestNats,
  dataDir: string,
  own: Record<string, string> = {},
): ServiceProcess {
  const environment = {
    ...nodeEnvironment(),
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ORCHESTRATOR_DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...own,
  };
  const running = new ServiceProcess({ main: MAIN, environment, logFd: 2 });
  t.teardown(async () => {
    running.kill();
    await running.ended;
  });
  return running;
}

/** Where it says that it listens. */
export const urlOf = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'http', 'url'), 'utf8')).trim();
