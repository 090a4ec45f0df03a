import { cpSync, mkdtempSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { nodeName } from '../../platform/service/node-name.ts';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import type { NodeLease } from '../../schemas/node-lease.ts';
import { startTestNats, type TestNats } from './nats.ts';
import { nodeEnvironment } from './node-environment.ts';
import { programOf } from './programs.ts';
import { removeFolder } from './remove-folder.ts';

const MAIN = programOf('spawner');

/** One spawner as a process of its own: may be killed, paused and started again under its name. */
export class SpawnerNode {
  readonly node: string;
  readonly dataDir: string;
  readonly #environment: NodeJS.ProcessEnv;
  #process: ServiceProcess | undefined;

  constructor(node: string, dataDir: string, environment: NodeJS.ProcessEnv) {
    this.node = node;
    this.dataDir = dataDir;
    this.#environment = environment;
  }

  async start(): Promise<void> {
    this.#process = new ServiceProcess({ main: MAIN, environment: this.#environment, logFd: 2 });
    if (!(await this.#process.ready)) throw new Error(`${this.node} did not start`);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#process?.pid !== undefined) process.kill(this.#process.pid, signal);
  }

  /** kill -9, paused or not; its agents live on. */
  async kill(): Promise<void> {
    this.#process?.kill();
    await this.#process?.ended;
  }

  async stop(): Promise<void> {
    await this.#process?.stop(30_000);
  }

  /** What an agent of this node's place has written into a file of its workspace, line by line. */
  async lines(agentId: string, file: string): Promise<string[]> {
    const path = join(this.dataDir, 'agents', agentId, 'workspace', file);
    const text = await readFile(path, 'utf8').catch(() => '');
    return text.split('\n').slice(0, -1);
  }
}

export interface SpawnersOptions {
  lease?: string;
  grace?: string;
  /** More settings, or others. */
  environment?: Record<string, string>;
}

/** The server, or the cluster, that spawners use. */
type Broker = Pick<TestNats, 'url' | 'dataDir' | 'operatorCreds' | 'connection' | 'log'>;

/** A server, and as many spawners as a test asks for, on one place or on several. */
export class Spawners<B extends Broker = TestNats> {
  readonly nats: B;
  readonly #t: Pick<ExecutionContext, 'teardown'>;
  readonly #options: SpawnersOptions;

  constructor(t: Pick<ExecutionContext, 'teardown'>, nats: B, options: SpawnersOptions) {
    this.#t = t;
    this.nats = nats;
    this.#options = options;
  }

  get log(): EventLog {
    return this.nats.log;
  }

  leases(): Promise<NodeLease[]> {
    return LeaseStore.of(this.nats.connection).all();
  }

  /** Waits until the leases are as they should be; there is no event for an end of time. */
  async untilLeases(fits: (leases: NodeLease[]) => boolean): Promise<void> {
    while (!fits(await this.leases())) await delay(50);
  }

  /** A folder of agents of its own, with the keys of the one account. */
  place(): string {
    const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-place-'));
    cpSync(join(this.nats.dataDir, 'auth'), join(dataDir, 'auth'), { recursive: true });
    this.#t.teardown(() => removeFolder(dataDir));
    return dataDir;
  }

  /** Started, of this name among those of the place. */
  async spawner(instance: string, dataDir: string): Promise<SpawnerNode> {
    const { lease = '2s', grace = '2m', environment: own = {} } = this.#options;
    const environment = {
      ...nodeEnvironment(),
      ORCHESTRATOR_NATS_URL: this.nats.url,
      ORCHESTRATOR_CREDS: this.nats.operatorCreds,
      ORCHESTRATOR_DATA_DIR: dataDir,
      ORCHESTRATOR_RUNTIME: 'local',
      ORCHESTRATOR_INSTANCE: instance,
      ORCHESTRATOR_NODE_LEASE: lease,
      ORCHESTRATOR_NODE_GRACE: grace,
      ORCHESTRATOR_STOP_GRACE: '500ms',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      ...own,
    };
    const name = await nodeName(join(dataDir, 'agents'), instance);
    const spawner = new SpawnerNode(name, dataDir, environment);
    this.#t.teardown(() => spawner.kill());
    await spawner.start();
    return spawner;
  }
}

export async function startSpawners(
  t: Pick<ExecutionContext, 'teardown' | 'title'>,
  options: SpawnersOptions = {},
): Promise<Spawners> {
  return new Spawners(t, await startTestNats(t), options);
}
