import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { programOf } from '../programs.ts';

const MAIN = programOf('bot');

/** A bot process beside a running system, that can be killed alone. */
export class BotProcess {
  readonly #env: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  #words: Promise<string> = Promise.resolve('');

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  start(): void {
    const child = spawn(process.execPath, [MAIN], {
      env: this.#env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#words = child.stderr === null ? Promise.resolve('') : text(child.stderr);
    this.#child = child;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    const isOver = child.exitCode !== null || child.signalCode !== null;
    const ended = isOver ? undefined : once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  /** What it wrote to its log, when it has ended. */
  get words(): Promise<string> {
    return this.#words;
  }
}
