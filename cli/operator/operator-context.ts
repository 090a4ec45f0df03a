import { loadSettings } from '../../agents/load-settings.ts';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { delay } from '../../platform/async/delay.ts';
import { within } from '../../platform/async/within.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { systemAddress } from '../../platform/service/system-address.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';

/** The running system as an operator's command has it. */
export interface OperatorContext {
  settings: Settings;
  connection: LogConnection;
  log: EventLog;
  views: ViewsClient;
}

/** To send what is still buffered; a server that hangs is not waited for. */
const CLOSE_MS = 500;

/**
 * Connects to the running system for one command. Says at once when it cannot be reached: an
 * operator wants to know, not to wait. Throws ORC_SETTINGS, ORC_NOT_REACHABLE and the like.
 */
export async function withSystem<T>(
  env: Record<string, string | undefined>,
  timeoutMs: number,
  work: (context: OperatorContext) => Promise<T>,
): Promise<T> {
  const settings = loadSettings(env);
  const address = systemAddress(settings, dataPaths(settings.ORCHESTRATOR_DATA_DIR));
  const connection = await within(
    timeoutMs,
    connectLog({ ...address, name: 'orchestrator/operator', timeoutMs }),
    () => new OrchestratorError('ORC_NOT_REACHABLE', `NATS at ${address.url} does not answer`),
  );
  try {
    const log = new EventLog(connection);
    return await work({ settings, connection, log, views: new ViewsClient(connection.nc) });
  } finally {
    await Promise.race([connection.close(), delay(CLOSE_MS, undefined, { ref: false })]);
  }
}
