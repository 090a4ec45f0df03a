import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PuppetBegun, ToPuppet } from './puppet-wire.ts';
import { Queue } from './queue.ts';
import { within } from './within.ts';

/** A real process that a driver has started as its CLI, and that does what the test says. */
export class Puppet {
  readonly begun: PuppetBegun;
  /** What the driver wrote to its stdin, a line each; null is the end. */
  readonly lines = new Queue<string | null>();
  readonly #socket: Socket;
  readonly #gone: Promise<unknown>;
  readonly #folder: string;
  #sayings = 0;
  #said = 0;
  #heard = 0;
  #caughtUp = Promise.withResolvers<void>();

  /**
   * @param child the driver's end of it, which has heard nothing yet
   * @param folder where it finds what it is to say
   */
  constructor(begun: PuppetBegun, child: ChildProcess, socket: Socket, folder: string) {
    this.begun = begun;
    this.#folder = folder;
    this.#socket = socket;
    this.#gone = once(child, 'close');
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', (chunk: Buffer) => {
        this.#heard += chunk.length;
        if (this.#heard === this.#said) this.#caughtUp.resolve();
      });
    }
  }

  say(stream: 'out' | 'err', bytes: Buffer): void {
    this.#said += bytes.length;
    this.#caughtUp = Promise.withResolvers();
    this.#sayings += 1;
    const file = `${this.begun.pid}-${this.#sayings}`;
    writeFileSync(join(this.#folder, file), bytes);
    this.#tell(`${stream} ${file}`);
  }

  /** Resolves when the driver has heard, and done, what was said. */
  async heard(): Promise<void> {
    if (this.#heard < this.#said) await Promise.race([this.#caughtUp.promise, this.#gone]);
    // Web streams hand a line over in the turns of the event loop that follow.
    for (let turn = 0; turn < 3; turn++) await nextTurn();
  }

  /** Says nothing more. */
  closeOutput(): void {
    this.#tell('close');
  }

  /** Ends it, or waits for somebody else to do so; resolves when it is gone. */
  async exit(how: number | string | null, patienceMs: number): Promise<void> {
    await this.heard();
    if (how !== null) this.#tell(typeof how === 'number' ? `exit ${how}` : `kill ${how}`);
    await within(this.#gone, 'the CLI was not ended', patienceMs);
  }

  #tell(what: ToPuppet): void {
    if (this.#socket.writable) this.#socket.write(`${what}\n`);
  }
}
