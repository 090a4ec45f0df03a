import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { OrchestratorError } from '../../schemas/errors.ts';

export interface ListenOptions {
  host: string;
  /** Undefined: the one that the data folder had before, else 8000, else the next that is free. */
  port: number | undefined;
  paths: DataPaths;
}

const USUAL_PORT = 8000;
const TRIES = 100;

/**
 * Listens, and writes port and URL below the data folder. The URL. Throws ORC_SETTINGS for an
 * address that is none of this machine, or a set port that is taken.
 */
export async function listen(server: Server, options: ListenOptions): Promise<string> {
  const { host, paths } = options;
  const file = join(paths.http, 'port');
  const port = await onFirstFree(server, host, await candidates(options.port, file));
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  await mkdir(paths.http, { recursive: true, mode: 0o700 });
  await writeFile(file, `${port}\n`);
  await writeFile(paths.httpUrl, `${url}\n`);
  return url;
}

async function candidates(port: number | undefined, file: string): Promise<number[]> {
  if (port !== undefined) return [port];
  const kept = Number((await readFile(file, 'utf8').catch(() => '')).trim());
  const next = Array.from({ length: TRIES }, (_, index) => USUAL_PORT + index);
  return Number.isInteger(kept) && kept > 0 && kept < 65_536 ? [kept, ...next] : next;
}

async function onFirstFree(
  server: Server,
  host: string,
  ports: readonly number[],
): Promise<number> {
  let failure: unknown;
  for (const port of ports) {
    try {
      await listening(server, host, port);
      return port;
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE') throw listenError(host, port, error);
      failure = listenError(host, port, error);
    }
  }
  throw failure;
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  const begun = once(server, 'listening');
  server.listen({ host, port });
  await begun;
}

function listenError(host: string, port: number, cause: unknown): OrchestratorError {
  const taken = codeOf(cause) === 'EADDRINUSE';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrchestratorError(
    'ORC_SETTINGS',
    taken
      ? `Port ${port} of ${host} (ORCHESTRATOR_HTTP_PORT) is in use by another program`
      : `ORCHESTRATOR_HTTP_HOST=${JSON.stringify(host)} cannot be bound: ${reason}`,
    {
      cause,
      cure: taken
        ? 'Stop that program, or set another port; unset, a free one is taken.'
        : 'Set an address of this machine, such as 127.0.0.1.',
    },
  );
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
