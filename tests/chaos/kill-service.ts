import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { killAll, serviceProcesses } from '../support/process-tree.ts';
import type { TestSystem } from '../support/system.ts';

/** `kill -9` of one service of a system, which is started again by its supervisor. */
export function killService(system: TestSystem, name: string): void {
  const services = serviceProcesses(system.pid).filter(({ service }) => service === name);
  killAll(services.map(({ pid }) => pid));
}

/** `kill -9` of the nats-server of a system, which starts it again. */
export async function killNats({ dataDir }: TestSystem): Promise<void> {
  killAll([Number(await readFile(join(dataDir, 'nats', 'nats.pid'), 'utf8'))]);
}
