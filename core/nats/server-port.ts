import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { OrchestratorError } from '../../schemas/errors.ts';

const HOST = '127.0.0.1';
const USUAL_PORT = 4222;

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

async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

export async function freePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port !== undefined) return port;
  throw new OrchestratorError('ORC_PORT_IN_USE', 'No port of 127.0.0.1 is free');
}

/** The port that was listened on for a moment; undefined where it is taken. */
function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: HOST, exclusive: true }, () => {
      // A TCP server's address is never a pipe's name.
      const { port: chosen } = server.address() as AddressInfo;
      server.close(() => resolve(chosen));
    });
  });
}
