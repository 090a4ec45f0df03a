import type { Logger } from 'pino';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { requireNoErasure } from '../../core/log/erasure-mark.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { leaveCutOffServer } from '../../core/log/leave-cut-off-server.ts';
import { asOrchestratorError, EXIT, OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { visibleLine } from '../../schemas/visible-text.ts';
import { untilAborted } from '../async/or-aborted.ts';
import { makeDataFolder } from './data-folder.ts';
import { type DataPaths, dataPaths } from './data-paths.ts';
import { DiskHealth } from './disk-health.ts';
import { Health } from './health.ts';
import { createLogger } from './logger.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { serveHealth } from './serve-health.ts';
import type { ServiceMessage } from './service-message.ts';
import { standby } from './standby.ts';
import { systemAddress } from './system-address.ts';

/** What every service is built from. */
export interface ServiceContext {
  settings: Settings;
  paths: DataPaths;
  logger: Logger;
  connection: LogConnection;
  log: EventLog;
  /** Where the service says how its parts are. */
  health: Health;
  /** Where it says which numbers it has. */
  metrics: ProcessMetrics;
  /** Aborted when the service is to end, before its `stop` is called. */
  signal: AbortSignal;
  /**
   * Ends the service by a reason that it cannot go on with, such as a log that cannot be followed any
   * more: it is told, and its supervisor starts it again. Not to be used for what a retry can mend.
   *
   * @example follower.ended.catch(context.fatal);
   */
  fatal: (reason: unknown) => void;
  /** Says a line, with its cure, where the system was started: for what an operator has to do. */
  notice: (line: string) => void;
}

/** A running service: all that its main has to know of it. */
export interface Service {
  /** The name under which it works, where that is not its machine's. */
  node?: string;
  /** Ends it in order; nothing of it runs any more when this resolves. */
  stop(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** What a service may take to end. */
const STOP_TIMEOUT_MS = 10_000;

/** Something that nobody caught: whatever it says, that it came so far is a mistake in the program. */
class Uncaught extends Error {
  override readonly name = 'Uncaught';

  constructor(what: string, cause: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super(`A bug, ${what}: ${words}`, { cause });
  }
}

/**
 * The life of a service process: perhaps a time of standing by, settings, logger, connection (for which it waits as long as it
 * takes), build, `{ready: true}` to the parent, and at SIGTERM, SIGINT or the parent's end
 * everything in reverse. Exits 0 when it was asked to end, 2 for wrong settings, 1 for what is fatal
 * and for what nobody caught, so that its supervisor starts it again. It never returns.
 */
export async function runService(
  name: string,
  loadSettings: () => Settings,
  build: (context: ServiceContext) => Promise<Service>,
): Promise<never> {
  const end = new AbortController();
  const failure = Promise.withResolvers<never>();
  listenToProcess(end, failure.reject);
  let logger: Logger | undefined;
  let connected = false;
  try {
    await Promise.race([standby(end.signal), failure.promise]);
    // Before the settings, which know nothing of it.
    const metrics = new ProcessMetrics();
    const settings = loadSettings();
    logger = createLogger(name, settings.LOG_LEVEL);
    const onConnected = () => {
      connected = true;
    };
    const life = { logger, metrics, signal: end.signal, fatal: failure.reject, onConnected };
    await Promise.race([serve(name, settings, life, build), failure.promise]);
    process.exit(EXIT.done);
  } catch (error) {
    if (end.signal.aborted && isAbort(error)) process.exit(EXIT.done);
    // Before that it is the operator's to mend, who needs no more than the line.
    const isExpected = !connected && error instanceof OrchestratorError;
    process.exit(await report(asOrchestratorError(error), error, isExpected ? undefined : logger));
  }
}

interface Life extends Pick<ServiceContext, 'logger' | 'metrics' | 'signal' | 'fatal'> {
  onConnected: () => void;
}

async function serve(
  name: string,
  settings: Settings,
  { logger, metrics, signal, fatal, onConnected }: Life,
  build: (context: ServiceContext) => Promise<Service>,
): Promise<void> {
  const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
  await makeDataFolder(paths);
  const connection = await firstConnection(name, settings, paths, signal);
  if (connection === undefined) return;
  onConnected();
  const health = new Health();
  const disk = new DiskHealth(paths.root, health);
  try {
    await requireNoErasure(connection.nc);
    const log = new EventLog(connection);
    const notice = (line: string) => void tellParent({ notice: visibleLine(line) });
    metrics.add('orchestrator_checks_failing', () => health.failing);
    metrics.addBy('orchestrator_appends_total', 'outcome', () => log.appends.entries());
    metrics.addBy('orchestrator_log_appends_total', 'outcome', () => log.logAppends.entries());
    const own = { logger, metrics, health, signal, fatal, notice };
    const service = await build({ settings, paths, connection, log, ...own });
    await serveHealth({ nc: connection.nc, name, node: service.node, health, metrics });
    const leaving = (server: string) =>
      logger.warn({ server }, 'this nats-server is cut off from its cluster: going to another');
    void leaveCutOffServer(connection, { leaving, signal });
    await tellParent({ ready: true });
    logger.info('ready');
    await Promise.race([untilAborted(signal), connectionLost(connection, signal)]);
    logger.info('stopping');
    exitWhenLate(logger);
    await service.stop();
  } finally {
    disk.close();
    await connection.close();
  }
}

/** Undefined where the service was asked to end before there was a server. */
async function firstConnection(
  name: string,
  settings: Settings,
  paths: DataPaths,
  signal: AbortSignal,
): Promise<LogConnection | undefined> {
  try {
    return await connectLog({
      ...systemAddress(settings, paths),
      name: `orchestrator/${name}`,
      timeoutMs: CONNECT_TIMEOUT_MS,
      waitOnFirstConnect: true,
      signal,
    });
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}

/** Aborts `end` when the process is asked to end; fails it by what nobody caught. */
function listenToProcess(end: AbortController, fail: (reason: Error) => void): void {
  const stop = () => end.abort();
  process.on('SIGTERM', stop);
  // Ctrl-C and a closed terminal reach the whole group: a supervised service ends when its
  // supervisor says so.
  const ofTerminal = process.connected ? () => undefined : stop;
  process.on('SIGINT', ofTerminal);
  process.on('SIGHUP', ofTerminal);
  process.on('disconnect', stop);
  process.on('uncaughtException', (error) => fail(new Uncaught('an uncaught exception', error)));
  process.on('unhandledRejection', (error) => fail(new Uncaught('an unhandled rejection', error)));
}

/** It reconnects for ever, so a connection that closes by itself was refused for good. */
async function connectionLost(connection: LogConnection, signal: AbortSignal): Promise<void> {
  const error = await connection.nc.closed();
  if (!signal.aborted) throw error ?? new Error('the connection to NATS was closed');
}

/** Nobody may be left behind by an end that hangs, with the server gone for good perhaps. */
function exitWhenLate(logger: Logger): void {
  const late = () => {
    logger.error('did not end in time');
    process.exit(EXIT.failed);
  };
  setTimeout(late, STOP_TIMEOUT_MS).unref();
}

/** Resolves when it was handed over, or cannot be. */
function tellParent(message: ServiceMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, undefined, undefined, () => resolve());
  });
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

/** The whole story for the log, then the one line for the person. The exit code. */
async function report(
  shown: OrchestratorError,
  error: unknown,
  logger: Logger | undefined,
): Promise<number> {
  logger?.fatal({ err: error }, 'ended by an error');
  process.stderr.write(`${visibleLine(shown.line)}\n`);
  await tellParent({ failed: shown.line });
  return shown.exit === EXIT.usage ? EXIT.usage : EXIT.failed;
}
