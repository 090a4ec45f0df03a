import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../nats.ts';
import { Puppet } from './puppet.ts';
import type { FromPuppet } from './puppet-wire.ts';
import { Queue } from './queue.ts';

const PUPPET_CLI = join(import.meta.dirname, 'puppet-cli.ts');

/** Where a driver finds puppets in place of its CLI, under any name. */
export class PuppetStage {
  readonly home: string;
  readonly workspace: string;
  /** PATH of the driver's CLI. */
  readonly searchPath: string;
  readonly #puppets = new Queue<Puppet>();
  readonly #children = new Set<ChildProcess>();
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
    const socketPath = join(folder, 'socket');
    for (const each of [this.workspace, programs]) mkdirSync(each);
    const words = [process.execPath, PUPPET_CLI, socketPath].map((word) => `'${word}'`).join(' ');
    // A driver's CLI gets nothing of the test's environment; stripping types anew would be most of a start.
    const cache = `NODE_COMPILE_CACHE='${process.env.NODE_COMPILE_CACHE ?? ''}'`;
    const script = `#!/bin/sh\n${cache} exec ${words} "$@"\n`;
    writeFileSync(join(programs, program), script, { mode: 0o755 });
    this.searchPath = `${programs}:${process.env.PATH}`;
    this.#server = createServer((socket) => this.#greet(socket)).listen(socketPath);
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

  #greet(socket: Socket): void {
    let puppet: Puppet | undefined;
    // One that is killed leaves what it has not read, which is an error of its connection.
    const lines = createInterface({ input: socket }).on('error', () => undefined);
    lines.on('line', (line) => {
      // Written by puppet-cli.ts.
      const told = JSON.parse(line) as FromPuppet;
      if ('in' in told) {
        puppet?.lines.push(told.in);
        return;
      }
      const child = [...this.#children].find(({ pid }) => pid === told.pid);
      if (child === undefined) return;
      puppet = new Puppet(told, child, socket);
      this.#puppets.push(puppet);
    });
  }

  #close(): void {
    unsubscribe('child_process', this.#noteChild);
    for (const child of this.#children) child.kill('SIGKILL');
    this.#server.close();
  }
}
