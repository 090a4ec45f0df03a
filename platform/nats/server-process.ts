import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { connectLog } from '../../core/log/connection.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { delay } from '../async/delay.ts';
import { forgetProcess, rememberProcess } from './left-over.ts';
import { portInUse } from './server-port.ts';

export interface ServerFiles {
  config: string;
  log: string;
  /** Who runs: for the next run, should this one be killed. */
  process: string;
}

/** How a server's process ended. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One run of the nats-server program. */
export class ServerProcess {
  readonly pid: number;
  readonly exited: Promise<ServerExit>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, exited: Promise<ServerExit>) {
    this.#child = child;
    this.pid = pid;
    this.exited = exited;
  }

  /** Starts the program. Throws ORC_NATS_MISSING where it cannot be run. */
  static async start(program: string, files: ServerFiles): Promise<ServerProcess> {
    const output = openSync(files.log, 'a', 0o600);
    // A group of its own: Ctrl-C in the terminal is for us, and we stop it last.
    const child = spawn(program, ['-c', files.config], {
      detached: true,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const exited = new Promise<ServerExit>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(new OrchestratorError('ORC_NATS_MISSING', `${program} does not run`, { cause }));
      });
    });
    // There is a pid once it was spawned.
    const pid = child.pid as number;
    rememberProcess(files.process, pid);
    void exited.then(() => forgetProcess(files.process));
    return new ServerProcess(child, pid, exited);
  }

  /** SIGTERM lets it write down what it holds; SIGKILL after the grace. */
  async stop(graceMs: number): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(timer);
  }
}

/** A server whose port is taken ends within this. */
const BIND_FAILURE_MS = 2_000;

export interface Readiness {
  url: string;
  port: number;
  credentials: { file: string };
  logFile: string;
  timeoutMs: number;
}

/**
 * Waits until the server takes our credentials. Throws what it died of: ORC_PORT_IN_USE or
 * ORC_NATS_FAILED with the last line of its log.
 */
export async function untilReady(server: ServerProcess, ready: Readiness): Promise<void> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ready.timeoutMs);
  const died = server.exited.then(() => {
    throw startFailure(ready);
  });
  try {
    const connected = connectLog({
      url: ready.url,
      credentials: ready.credentials,
      name: 'orchestrator/start',
      timeoutMs: 1_000,
      waitOnFirstConnect: true,
      retryMs: 20,
      signal: giveUp.signal,
    });
    // Refused: that is another's server on our port, and ours is about to end by it.
    const connection = await Promise.race([connected, died]).catch(async (error: unknown) => {
      await Promise.race([died, delay(BIND_FAILURE_MS, giveUp.signal)]);
      throw error;
    });
    await connection.close();
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

function startFailure({ logFile, port }: Readiness): OrchestratorError {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  if (/address already in use/i.test(last)) return portInUse(port, false);
  return new OrchestratorError('ORC_NATS_FAILED', `nats-server ended at its start: ${last}`);
}
