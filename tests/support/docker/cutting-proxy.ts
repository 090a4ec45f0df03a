import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { DockerEngine } from './docker-cli.ts';

const REASON = JSON.stringify({ message: 'Conflict. The container name is already in use' });
const CONFLICT = [
  'HTTP/1.1 409 Conflict',
  'Content-Type: application/json',
  `Content-Length: ${REASON.length}`,
  'Connection: close',
  '',
  REASON,
].join('\r\n');

/**
 * Stands before an engine and, once for each {@link cutNext}, keeps its answer to itself; lets
 * nobody through while it is `away`.
 */
export class CuttingProxy implements DockerEngine {
  readonly host: string;
  readonly #socket: string;
  #method: string | undefined;
  readonly #clients = new Set<Socket>();
  #takenName: string | undefined;
  #away = false;

  constructor(socket: string) {
    this.#socket = socket;
    this.host = `unix://${socket}`;
  }

  /** The next request of this method is done by the engine, and its connection breaks before the answer. */
  cutNext(method: 'PUT' | 'POST'): void {
    this.#method = method;
  }

  /**
   * The next request to create a container of this name is refused, and never done: as while another
   * creates it, whose container is not there yet.
   */
  refuseNextCreation(name: string): void {
    this.#takenName = name;
  }

  /** The engine is not to be reached, and whoever was is cut off; until told otherwise. */
  set away(away: boolean) {
    this.#away = away;
    if (away) for (const client of this.#clients) client.destroy();
  }

  async listen(engine: DockerEngine): Promise<Server> {
    const server = createServer((client) => {
      if (this.#away) return client.destroy();
      return this.#join(client, createConnection(new URL(engine.host).pathname));
    });
    server.listen(this.#socket);
    await once(server, 'listening');
    return server;
  }

  #join(client: Socket, engine: Socket): void {
    let cut = false;
    this.#clients.add(client);
    client.on('close', () => this.#clients.delete(client));
    client.on('data', (chunk) => {
      if (this.#takenName !== undefined && creates(chunk, this.#takenName)) {
        this.#takenName = undefined;
        engine.destroy();
        client.end(CONFLICT);
        return;
      }
      if (
        this.#method !== undefined &&
        chunk.subarray(0, 8).toString('latin1').startsWith(`${this.#method} `)
      ) {
        this.#method = undefined;
        cut = true;
      }
      engine.write(chunk);
    });
    engine.on('data', (chunk) => {
      if (cut) client.destroy();
      else client.write(chunk);
    });
    client.on('end', () => engine.end());
    engine.on('end', () => client.end());
    client.on('error', () => engine.destroy()).on('close', () => engine.destroy());
    engine.on('error', () => client.destroy()).on('close', () => client.destroy());
  }
}

function creates(request: Buffer, name: string): boolean {
  const [line = ''] = request.toString('latin1').split('\r\n', 1);
  return line.startsWith('POST /containers/create?') && `${line}&`.includes(`name=${name}&`);
}

export async function cuttingProxy(
  t: Pick<ExecutionContext, 'teardown'>,
  engine: DockerEngine,
): Promise<CuttingProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-proxy-'));
  const proxy = new CuttingProxy(join(folder, 'docker.sock'));
  const server = await proxy.listen(engine);
  t.teardown(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return proxy;
}
