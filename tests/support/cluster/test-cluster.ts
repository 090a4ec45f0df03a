import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  type ConnectOptions,
  connectLog,
  type LogConnection,
} from '../../../core/log/connection.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { leaveCutOffServer } from '../../../core/log/leave-cut-off-server.ts';
import { ensureStreams } from '../../../core/log/streams.ts';
import { retry } from '../../../platform/async/retry.ts';
import { serverConfig } from '../../../platform/nats/server-config.ts';
import { ensureRoutePassword, ensureTrust } from '../../../platform/nats/trust.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { MAX_PAYLOAD } from '../../../schemas/limits.ts';
import { temporaryFolder, testServerPath } from '../nats.ts';
import { ownPort } from '../own-port.ts';
import { type Cut, Link } from './link.ts';

/** How many servers a cluster of the tests has. */
const SERVERS = 3;

/** How long a cluster may take to find together, on a machine that does much else. */
const TOGETHER_MS = 120_000;

interface ServerParts {
  program: string;
  config: string;
  direct: Pick<ConnectOptions, 'url' | 'credentials'>;
  clients: Link;
  routes: Link[];
}

/** One nats-server of a cluster, and what leads to it. */
export class ClusterServer {
  readonly name: string;
  readonly #program: string;
  readonly #config: string;
  /** Everything between it and the others, both ways. */
  readonly #routes: readonly Link[];
  readonly #clients: Link;
  /** Where it is without a link. */
  readonly #direct: Pick<ConnectOptions, 'url' | 'credentials'>;
  #child: ChildProcess | undefined;

  constructor(name: string, { program, config, direct, clients, routes }: ServerParts) {
    this.name = name;
    this.#direct = direct;
    this.#program = program;
    this.#config = config;
    this.#clients = clients;
    this.#routes = routes;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#clients.port}`;
  }

  get runs(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it takes connections, not when it is one of the cluster. */
  async start(): Promise<void> {
    // Into a file: a server whose pipe nobody empties stands still.
    const output = openSync(`${this.#config}.log`, 'a');
    const child = spawn(this.#program, ['--config', this.#config], {
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#child = child;
    const connection = await connectLog({
      ...this.#direct,
      name: 'start',
      timeoutMs: 2_000,
      waitOnFirstConnect: true,
      retryMs: 20,
      signal: AbortSignal.timeout(TOGETHER_MS),
    });
    await connection.close();
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.runs || this.#child === undefined) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** From the other servers alone, or from everybody. */
  cut(how: Cut, from: 'servers' | 'everybody'): void {
    for (const link of this.#routes) link.cut(how);
    if (from === 'everybody') this.#clients.cut(how);
  }

  mend(): void {
    for (const link of [...this.#routes, this.#clients]) link.mend();
  }
}

/** Three real nats-servers that are one cluster, with the streams on all three. */
export interface TestCluster {
  readonly servers: readonly ClusterServer[];
  /** All of them, as ORCHESTRATOR_NATS_URL has it. */
  readonly url: string;
  /** Has the keys in `auth/`. */
  readonly dataDir: string;
  readonly operatorCreds: string;
  readonly agentsSeed: string;
  readonly connection: LogConnection;
  readonly log: EventLog;
  /** The one that leads a stream; undefined while there is none. */
  leader(stream: string): Promise<ClusterServer | undefined>;
  /** What the streams say of themselves, a line each, for whoever has to find out. */
  state(): Promise<string>;
}

export async function startTestCluster(
  t: Pick<ExecutionContext, 'teardown' | 'title'>,
  replicas = SERVERS,
): Promise<TestCluster> {
  const dataDir = await temporaryFolder(t);
  const trust = await ensureTrust(join(dataDir, 'auth'));
  const servers = await makeServers(t, dataDir, trust);
  await Promise.all(servers.map((server) => server.start()));
  const url = servers.map((server) => server.url).join(',');
  const { operatorCreds, agentsSeed } = trust;
  const credentials = { file: operatorCreds };
  const connection = await connectLog({ url, credentials, name: t.title, timeoutMs: 15_000 });
  const end = new AbortController();
  t.teardown(() => {
    end.abort();
    return connection.close();
  });
  void leaveCutOffServer(connection, { signal: end.signal });
  await retry(() => ensureStreams(connection, { replicas, storage: 'file' }), {
    // Not all have found together yet.
    isPassing: (error) => !(error instanceof OrchestratorError) || error.code === 'ORC_REPLICAS',
    patienceMs: TOGETHER_MS,
  });
  return {
    servers,
    url,
    dataDir,
    operatorCreds,
    agentsSeed,
    connection,
    log: new EventLog(connection),
    async leader(stream) {
      const { cluster } = await (await connection.jsm()).streams.info(stream);
      return servers.find(({ name }) => name === cluster?.leader);
    },
    async state() {
      const lines: string[] = [];
      const jsm = await connection.jsm();
      for await (const { config, state, cluster, sources } of jsm.streams.list()) {
        lines.push(JSON.stringify({ name: config.name, last: state.last_seq, cluster, sources }));
      }
      return [`connected to ${connection.nc.getServer()}`, ...lines].join('\n');
    },
  };
}

async function makeServers(
  t: Pick<ExecutionContext, 'teardown'>,
  dataDir: string,
  trust: Awaited<ReturnType<typeof ensureTrust>>,
): Promise<ClusterServer[]> {
  const program = await testServerPath();
  const password = await ensureRoutePassword(join(dataDir, 'auth'));
  const numbers = Array.from({ length: SERVERS }, (_, number) => number);
  const ports = numbers.map(() => ({ client: ownPort(t), route: ownPort(t) }));
  const links: Link[] = [];
  const linkTo = async (port: number) => {
    const link = await Link.to(port);
    links.push(link);
    return link;
  };
  // A way of its own from each to each, so that one can be cut off and the others not.
  const ways = await Promise.all(
    numbers.map((from) =>
      Promise.all(ports.map(({ route }, to) => (from === to ? undefined : linkTo(route)))),
    ),
  );
  const servers = await Promise.all(
    ports.map(async ({ client, route }, number) => {
      const name = `nats-${number + 1}`;
      const storeDir = join(dataDir, name);
      await mkdir(storeDir);
      const config = join(dataDir, `${name}.conf`);
      const out = (ways[number] ?? []).flatMap((link) => link ?? []);
      // Where others learn of it by gossip: nowhere, so that nobody goes past the links.
      const advertise = `127.0.0.1:${(await linkTo(1)).port}`;
      const routes = out.map((link) => `127.0.0.1:${link.port}`);
      const cluster = { port: route, routes, password, advertise };
      const listen = { port: client, maxPayload: MAX_PAYLOAD, maxStore: 32 * 1024 ** 3 };
      await writeFile(config, serverConfig({ name, storeDir, trust, cluster, ...listen }));
      const own = [...out, ...ways.flatMap((from) => from[number] ?? [])];
      const direct = {
        url: `nats://127.0.0.1:${client}`,
        credentials: { file: trust.operatorCreds },
      };
      const clients = await linkTo(client);
      return new ClusterServer(name, { program, config, direct, clients, routes: own });
    }),
  );
  t.teardown(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    for (const link of links) link.close();
  });
  return servers;
}
