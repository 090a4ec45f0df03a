import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { loadSettings } from '../../../../agents/load-settings.ts';
import { readAgentsAccount } from '../../../../platform/nats/trust.ts';
import { ViewsClient } from '../../../../platform/service/views-client.ts';
import { httpApi } from '../../../../projections/http/http-api.ts';
import { httpServer } from '../../../../projections/http/http-server.ts';
import type { EventStreamOptions } from '../../../../projections/http/send-event-stream.ts';
import { serveViews } from '../../../../projections/views/views-service.ts';
import { newEvent } from '../../../../schemas/new-event.ts';
import { quiet, startFollower } from '../../../core/projection/folded-log.ts';
import type { TestNats } from '../../../support/nats.ts';

export interface ServingApi {
  url: string;
  /** Ends it, as the process would. */
  stop(): Promise<void>;
}

/** The HTTP API over a real nats-server, in this process, on a port of its own or a given one. */
export async function servingApi(
  t: Pick<ExecutionContext, 'teardown'>,
  nats: TestNats,
  own: {
    env?: Record<string, string>;
    /** An address of this machine; loopback without. */
    host?: string;
    port?: number;
    token?: string;
    streams?: EventStreamOptions;
  } = {},
): Promise<ServingApi> {
  const ended = new AbortController();
  const askHealth = async () => ({ ok: true, missing: [], services: [] });
  const connection = await nats.connect({ name: 'api' });
  const { nc } = connection;
  const { log } = nats;
  const { follower } = await startFollower(t, log);
  const views = await serveViews({ nc, follower, log, logger: quiet, version: '1.2.3' });
  const loadApi = async () => {
    const http = await httpApi({
      settings: loadSettings(own.env ?? {}),
      connection,
      log,
      views: new ViewsClient(nc),
      follower,
      logger: quiet,
      signal: ended.signal,
      askHealth,
      metrics: async () => ({ type: 'text/plain', text: '' }),
      token: own.token,
      streams: own.streams,
      agentsAccount: await readAgentsAccount(join(nats.dataDir, 'auth')),
      fatal: () => undefined,
    });
    return {
      answer: http.routing.bind(http),
      upgrade: (...opened: unknown[]) => http.server.emit('upgrade', ...opened),
    };
  };

  const { host = '127.0.0.1' } = own;
  const hosts = ['localhost', host];
  const server = httpServer({ hosts, askHealth, loadApi });
  server.listen(own.port ?? 0, host);
  await once(server, 'listening');
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= ending(server, async () => {
      ended.abort();
      await views.stop();
    });
    return stopped;
  };
  t.teardown(stop);
  return { url: `http://${host}:${portOf(server)}`, stop };
}

async function ending(server: Server, others: () => Promise<void>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await others();
  server.closeAllConnections();
  await closed;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const HOUR_MS = 3_600_000;

/** States that an agent runs, as the spawner would. */
export async function stateRunning(
  { log }: Pick<TestNats, 'log'>,
  agentId: string,
  more: { allowedTools?: string[] } = {},
): Promise<void> {
  const now = new Date();
  const meta = (name: string) => ({ id: `${name}:${agentId}`, source: 'orchestrator/test', now });
  const wish = { kind: 'line', ttlMs: HOUR_MS, turnDeadlineMs: HOUR_MS, commandLine: 'cat' };
  const expiresAt = new Date(now.getTime() + HOUR_MS).toISOString();
  const run = { runId: 'run-1', node: 'node-1', epoch: 1, runtime: 'local', expiresAt };
  for (const event of [
    newEvent('command.create', { agentId }, { ...wish, ...more }, meta('create')),
    newEvent('process.starting', { agentId }, run, meta('starting')),
    newEvent('process.ready', { agentId }, { runId: 'run-1', pid: 42 }, meta('ready')),
  ]) {
    const result = await log.append(event);
    if (!result.ok) throw new Error(JSON.stringify(result));
  }
}
