import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import { loadSettings } from '../../agents/load-settings.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { httpApi } from '../../projections/http/http-api.ts';
import { quiet, startFollower } from '../core/projection/folded-log.ts';

/** The HTTP API at an address that is known before the log that it serves. A token of the settings is wanted. */
export async function listeningApi(t: ExecutionContext) {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = new AbortController();
  t.teardown(() => server.closeAllConnections());
  t.teardown(() => server.close());
  t.teardown(() => end.abort());
  // It listens on a port.
  const { port } = server.address() as AddressInfo;
  const serve = async (log: EventLog) => {
    const { connection } = log;
    const { follower } = await startFollower(t, log);
    const http = await httpApi({
      settings: loadSettings({}),
      connection,
      log,
      views: new ViewsClient(connection.nc),
      follower,
      logger: quiet,
      signal: end.signal,
      askHealth: async () => ({ ok: true, missing: [], services: [] }),
      metrics: async () => ({ type: 'text/plain', text: '' }),
      token: 'of the settings',
      agentsAccount: undefined,
      fatal: () => undefined,
    });
    server.on('request', (request, response) => http.routing(request, response));
  };
  return { url: `http://127.0.0.1:${port}`, serve };
}
