import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { OrchestratorError } from '../../schemas/errors.ts';

const HOST = '127.0.0.1';
const USUAL_PORT = 4222;
const PORTS = [10_000, 32_768] as const;
const PORT_TRIES = 50;

export interface ChosenPort {
  port: number;
  /** Asked for, or known to agents: no other will do. */
  fixed: boolean;
}

/**
 * The port of a data folder's server: the one asked for, else the one it had before (agents that
 * live on hold that URL), else the usual one, else any that is free. Throws ORC_PORT_IN_USE where
 * the first or the second is taken.
 */
export async function choosePort(asked: number | undefined, file: string): Promise<ChosenPort> {
  const port = asked ?? (await rememberedPort(file));
  if (port === undefined) {
    return { port: (await isFree(USUAL_PORT)) ? USUAL_PORT : await freePort(), fixed: false };
  }
  if (!(await isFree(port))) throw portInUse(port, asked === undefined);
  return { port, fixed: true };
}

/** Called when the server listens on it: from then on agents may know it. */
export async function rememberPort(port: number, file: string): Promise<void> {
  await writeFile(file, `${port}\n`);
}

export function portInUse(port: number, remembered: boolean): OrchestratorError {
  const why = remembered ? ', which the agents of this data folder know,' : '';
  return new OrchestratorError(
    'ORC_PORT_IN_USE',
    `Port ${port}${why} is in use by another program`,
  );
}

async function rememberedPort(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const port = Number(text.trim());
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/**
 * A free port below those that the system gives to outgoing connections (from 32768 on Linux, 49152
 * elsewhere): while the server is down, one of these could take the port that agents know, even a
 * client's own attempt to reach it (a TCP connection to itself).
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const port = randomInt(...PORTS);
    if (await isFree(port)) return port;
  }
  throw new OrchestratorError('ORC_PORT_IN_USE', 'No port of 127.0.0.1 is free');
}

/** Whether it can be listened on at this moment. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
