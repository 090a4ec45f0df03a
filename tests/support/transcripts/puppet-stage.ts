import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../nats.ts';
import { Puppet } from './puppet.ts';
import { hear } from './puppet-wire.ts';
import { Queue } from './queue.ts';

const PUPPET_CLI = join(import.meta.dirname, 'puppet-cli.sh');

/** Where a driver finds puppets in place of its CLI, under any name. */
export class PuppetStage {
  readonly home: string;
  readonly workspace: string;
  /** PATH of the driver's CLI. */
  readonly searchPath: string;
  readonly #puppets = new Queue<Puppet>();
  readonly #children = new Set<ChildProcess>();
  readonly #sayings: string;
  readonly #server: Server;

  static async open(t: Pick<ExecutionContext, 'teardown'>, program: string): Promise<PuppetStage> {
    const folder = await temporaryFolder(t);
    const stage = new PuppetStage(folder, program);
    await once(stage.#server, 'listening');
    t.teardown(() => stage.#close());
    return stage;
  }

  private constructor(folder: string, program: string) {
    this.home = folder;
    this.workspace = join(folder, 'workspace');
    const programs = join(folder, 'bin');
    this.#sayings = join(folder, 'sayings');
    for (const each of [this.workspace, programs, this.#sayings]) mkdirSync(each);
    this.searchPath = `${programs}:${process.env.PATH}`;
    this.#server = createServer((socket) => void this.#greet(socket)).listen(0, '127.0.0.1', () => {
      // A server that listens on a port has one.
      const { port } = this.#server.address() as AddressInfo;
      const script = `#!${bashPath()} -p\nport=${port} folder='${this.#sayings}'\n. '${PUPPET_CLI}'\n`;
      writeFileSync(join(programs, program), script, { mode: 0o755 });
    });
    subscribe('child_process', this.#noteChild);
  }

  /** The next process that a driver starts. */
  next(patienceMs: number): Promise<Puppet> {
    return this.#puppets.next('the driver did not start its CLI', patienceMs);
  }

  /** Node tells it before the child has a pid. */
  readonly #noteChild = (message: unknown) => {
    // What this channel carries (nodejs.org/api/diagnostics_channel.html, “Child Process”).
    this.#children.add((message as { process: ChildProcess }).process);
  };

  async #greet(socket: Socket): Promise<void> {
    let puppet: Puppet | undefined;
    // One that is killed leaves what it has not read, which is an error of its connection.
    await hear(
      socket,
      (begun) => {
        const child = [...this.#children].find(({ pid }) => pid === begun.pid);
        if (child === undefined) return;
        puppet = new Puppet(begun, child, socket, this.#sayings);
        this.#puppets.push(puppet);
      },
      (line) => puppet?.lines.push(line),
    ).catch(() => undefined);
  }

  #close(): void {
    unsubscribe('child_process', this.#noteChild);
    for (const child of this.#children) child.kill('SIGKILL');
    this.#server.close();
  }
}

/** The first line of a script names its interpreter by its whole path. */
function bashPath(): string {
  const found = process.env.PATH?.split(':')
    .map((folder) => join(folder, 'bash'))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('there is no bash');
  return found;
}
