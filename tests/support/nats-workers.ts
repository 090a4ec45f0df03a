import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  mintWorkerCredentials,
  workerInboxPrefix,
} from '../../platform/nats/worker-credentials.ts';
import { derivedId, newId } from '../../schemas/ids.ts';
import { type ToolDeclaration, toolDeclaration } from '../../schemas/tool-declaration.ts';
import { type Heard, PlainClient } from '../security/plain-client.ts';
import { removeFolder } from './remove-folder.ts';
import type { SpawnerFixture } from './spawner.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 20_000;
const EXAMPLES = join(import.meta.dirname, '..', '..', 'docs', 'examples');

/** Whatever runs on a server of the test's own. */
type WithServer = Pick<SpawnerFixture, 'nats'>;

/** A declared tool whose jobs workers do. */
export const workedTool = (
  name: string,
  executor: Record<string, unknown> = {},
  own: Record<string, unknown> = {},
): ToolDeclaration =>
  toolDeclaration.parse({
    name,
    summary: 'Ships it.',
    input: { properties: { to: {}, seconds: { type: 'number' } } },
    executor: { kind: 'nats', lease: '1s', ...executor },
    ...own,
  });

async function workerCredentials({ nats }: WithServer, tool: string) {
  const workerId = derivedId('worker-', newId('worker'));
  const expiresAt = new Date(Date.now() + HOUR_MS);
  const creds = await mintWorkerCredentials(nats.agentsSeed, { workerId, tool, expiresAt });
  return { workerId, creds };
}

/** One of the examples of the documentation, as a process of its own that ends with the test. */
export async function exampleWorker(
  t: ExecutionContext,
  spawner: SpawnerFixture,
  program: 'worker.mjs' | 'worker.py',
) {
  const { creds } = await workerCredentials(spawner, 'ship');
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-worker-'));
  const file = join(folder, 'ship.creds');
  writeFileSync(file, creds, { mode: 0o600 });
  const isPython = program === 'worker.py';
  const url = isPython ? spawner.nats.url.replace('nats://', '') : spawner.nats.url;
  const run = isPython ? 'python3' : process.execPath;
  const child = spawn(run, [join(EXAMPLES, program), url, file, 'ship'], { stdio: 'inherit' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
    await removeFolder(folder);
  });
  return child;
}

/** An order as a worker has it. */
export interface HeldOrder {
  id: string;
  attempt: number;
  /** Where it is acknowledged. */
  ack: string;
}

/** A worker by hand, whose every byte is the test's. */
export class HandWorker {
  readonly client: PlainClient;
  readonly inbox: string;
  readonly #tool: string;
  #pulls = 0;

  private constructor(client: PlainClient, inbox: string, tool: string) {
    this.client = client;
    this.inbox = inbox;
    this.#tool = tool;
  }

  static async connect(t: ExecutionContext, spawner: WithServer, tool = 'ship') {
    const { workerId, creds } = await workerCredentials(spawner, tool);
    const client = await PlainClient.connect(spawner.nats.url, creds);
    t.teardown(() => client.close());
    const inbox = workerInboxPrefix(workerId);
    client.subscribe(`${inbox}.>`);
    client.subscribe(`work-over.${tool}.*`);
    await client.flush();
    return new HandWorker(client, inbox, tool);
  }

  /** Asks for an order without waiting for one. */
  ask(expiresMs = 30_000): string {
    this.#pulls += 1;
    const reply = `${this.inbox}.${this.#pulls}`;
    const body = JSON.stringify({ batch: 1, expires: expiresMs * 1_000_000 });
    this.client.publish({ subject: `$JS.API.CONSUMER.MSG.NEXT.WORK.${this.#tool}`, reply, body });
    return reply;
  }

  async order(): Promise<HeldOrder> {
    const before = this.client.heard.length;
    this.ask();
    const isOrder = ({ payload, reply }: Heard) => reply !== '' && payload.startsWith('{');
    const find = () => this.client.heard.slice(before).find(isOrder);
    await this.client.until(() => find() !== undefined, PATIENCE_MS);
    const { payload = '{}', reply: ack = '' } = find() ?? {};
    return { id: JSON.parse(payload).id, attempt: Number(ack.split('.').at(-5)), ack };
  }

  alive({ ack }: HeldOrder): void {
    this.client.publish({ subject: ack, body: '+WPI' });
  }

  say({ id, attempt }: HeldOrder, what: string, data: object): void {
    const body = JSON.stringify({ attempt, ...data });
    this.client.publish({ subject: `worked.${this.#tool}.${id}.${what}`, body });
  }
}
