import type { Logger } from 'pino';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import { say } from '../../bootstrap/say.mjs';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { ensureStreams, streamOptions } from '../../core/log/streams.ts';
import { type EmbeddedNats, startEmbeddedNats } from '../../platform/nats/embedded-nats.ts';
import type { DataPaths } from '../../platform/service/data-paths.ts';
import { type SystemAddress, systemAddress } from '../../platform/service/system-address.ts';
import { asOrchestratorError, OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { natsServerPlace } from './nats-server-place.ts';

export interface SystemNats {
  address: SystemAddress;
  connection: LogConnection;
  /** Ends the embedded server at once; for an end that does not wait. */
  kill(): void;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The NATS of the system with its streams: the one that the settings name, else an embedded one.
 * What it started ends with `stack`. Throws the ORC_… of what is missing.
 */
export async function startNats(
  settings: Settings,
  paths: DataPaths,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<SystemNats> {
  const server =
    settings.ORCHESTRATOR_NATS_URL === undefined
      ? await startServer(settings, paths, logger)
      : undefined;
  stack.defer(() => server?.stop());
  const address = systemAddress(settings, paths);
  const connection = await connectLog({
    ...address,
    name: 'orchestrator/start',
    timeoutMs: CONNECT_TIMEOUT_MS,
  });
  stack.defer(() => connection.close());
  await ensureStreams(connection, streamOptions(settings));
  const kill = () => {
    if (server !== undefined) process.kill(server.pid, 'SIGKILL');
  };
  return { address, connection, kill };
}

async function startServer(
  settings: Settings,
  paths: DataPaths,
  logger: Logger,
): Promise<EmbeddedNats> {
  return startEmbeddedNats({
    dataDir: paths.root,
    port: settings.ORCHESTRATOR_NATS_PORT,
    log: logger,
    ...(await program(settings)),
  });
}

interface Program {
  serverPath: string;
  serverVersion?: string;
}

async function program({ ORCHESTRATOR_NATS_SERVER: serverPath }: Settings): Promise<Program> {
  if (serverPath !== undefined) return { serverPath };
  try {
    const found = await findNatsServer({ ...natsServerPlace(process.env), say });
    return { serverPath: found.path, serverVersion: found.version };
  } catch (cause) {
    throw new OrchestratorError('ORC_NATS_MISSING', asOrchestratorError(cause).message, { cause });
  }
}
