import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { requireServerVersion } from '../../core/log/server-version.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { MAX_PAYLOAD } from '../../schemas/limits.ts';
import { type DataPaths, dataPaths } from '../service/data-paths.ts';
import { endLeftOver, endUnremembered } from './left-over.ts';
import { programVersion } from './program-version.ts';
import { serverConfig } from './server-config.ts';
import { choosePort, freePort, rememberPort } from './server-port.ts';
import type { ServerFiles } from './server-process.ts';
import { ServerSupervisor } from './server-supervisor.ts';
import { watchStore } from './store-watch.ts';
import { ensureTrust, type Trust } from './trust.ts';

export interface EmbeddedNatsOptions {
  /** `ORCHESTRATOR_DATA_DIR`: the server lives in `nats/` below it, the keys in `auth/`. */
  dataDir: string;
  /** Undefined: the one it had before, else 4222, else any. */
  port?: number | undefined;
  log: Logger;
  /** Path of the nats-server program. */
  serverPath: string;
  /** What the program states, where it was asked already; it is asked without. */
  serverVersion?: string | undefined;
  /** Bytes of the largest message; 8 MiB. */
  maxPayload?: number | undefined;
  /** Bytes that the streams may take; 3/4 of the free disk without. */
  maxStore?: number | undefined;
}

export interface EmbeddedNats {
  /** `nats://127.0.0.1:<port>`; the same for the life of the data folder. */
  readonly url: string;
  /** Credentials file of services and operators. */
  readonly operatorCreds: string;
  /** Mints agents' credentials. */
  readonly agentsSeed: string;
  /** The process id of the server that runs now. */
  readonly pid: number;
  /** How often it died and was started again. */
  readonly restarts: number;
  /** Ends the server and waits until it is gone. May be called again. */
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 5_000;
const READY_MS = 30_000;
const PORT_TRIES = 5;

/**
 * Runs a nats-server for a data folder: configures it, ends one that a killed run left there, waits
 * until it is ready, and starts it again on the same port when it dies.
 *
 * Throws ORC_NATS_MISSING, ORC_NATS_OLD, ORC_PORT_IN_USE, ORC_NATS_FAILED.
 */
export async function startEmbeddedNats(options: EmbeddedNatsOptions): Promise<EmbeddedNats> {
  requireServerVersion(options.serverVersion ?? (await programVersion(options.serverPath)));
  const paths = dataPaths(options.dataDir);
  await mkdir(paths.nats, { recursive: true, mode: 0o700 });
  const files = {
    config: join(paths.nats, 'nats.conf'),
    log: join(paths.nats, 'nats.log'),
    process: join(paths.nats, 'process.json'),
  };
  const pidFile = join(paths.nats, 'nats.pid');
  const ended =
    (await endLeftOver(files.process, STOP_GRACE_MS)) ??
    (await endUnremembered(pidFile, files.config, STOP_GRACE_MS));
  if (ended !== undefined)
    options.log.warn({ pid: ended }, 'ended the nats-server of a killed run');
  const trust = await ensureTrust(paths.auth);
  const portFile = join(paths.nats, 'port');
  const startOn = (port: number) => startServer(port, trust, files, paths, options);
  const { supervisor, port } = await onChosenPort(options.port, portFile, startOn);
  const url = urlOf(port);
  try {
    await rememberPort(port, portFile);
    await writeFile(paths.natsUrl, `${url}\n`);
  } catch (error) {
    await supervisor.stop();
    throw error;
  }
  const stopping = new AbortController();
  const watching = watchStore({
    url,
    system: trust.system,
    folder: paths.nats,
    restart: () => supervisor.restart(),
    log: options.log,
    signal: stopping.signal,
  });
  const stop = async () => {
    stopping.abort();
    await supervisor.stop();
    await watching;
  };
  return {
    url,
    operatorCreds: trust.operatorCreds,
    agentsSeed: trust.agentsSeed,
    get pid() {
      return supervisor.pid;
    },
    get restarts() {
      return supervisor.restarts;
    },
    stop,
  };
}

const urlOf = (port: number): string => `nats://127.0.0.1:${port}`;

/** Between the look and the start somebody else may take a port that was free: then another. */
async function onChosenPort(
  asked: number | undefined,
  file: string,
  start: (port: number) => Promise<ServerSupervisor>,
): Promise<{ supervisor: ServerSupervisor; port: number }> {
  let { port, fixed } = await choosePort(asked, file);
  for (let tries = 1; ; tries += 1) {
    try {
      return { supervisor: await start(port), port };
    } catch (error) {
      const taken = error instanceof OrchestratorError && error.code === 'ORC_PORT_IN_USE';
      if (!taken || fixed || tries === PORT_TRIES) throw error;
      port = await freePort();
    }
  }
}

async function startServer(
  port: number,
  trust: Trust,
  files: ServerFiles,
  paths: DataPaths,
  options: EmbeddedNatsOptions,
): Promise<ServerSupervisor> {
  const config = serverConfig({
    port,
    trust,
    storeDir: paths.nats,
    logFile: files.log,
    pidFile: join(paths.nats, 'nats.pid'),
    maxPayload: options.maxPayload ?? MAX_PAYLOAD,
    maxStore: options.maxStore,
  });
  await writeFile(files.config, config, { mode: 0o600 });
  const supervisor = new ServerSupervisor({
    program: options.serverPath,
    files,
    log: options.log,
    stopGraceMs: STOP_GRACE_MS,
    ready: {
      url: urlOf(port),
      port,
      credentials: { file: trust.operatorCreds },
      logFile: files.log,
      timeoutMs: READY_MS,
    },
  });
  await supervisor.start();
  return supervisor;
}
