import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { programOf } from './programs.ts';

const MAIN = programOf('orchestrator');

/** `script` of util-linux gives a program a terminal. */
const hasTerminals = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;
if (!hasTerminals) {
  process.stderr.write(
    'left out: tests on a terminal; util-linux has the `script` that they want\n',
  );
}

export const onTerminal = hasTerminals ? test.serial : test.serial.skip;

/** What a screen may take to show something, on a machine that is busy. */
const SHOWN_MS = 60_000;

/** `orchestrator <arguments>` on a terminal of its own. */
export class TerminalSession {
  readonly #child: ChildProcess;
  /** Its exit code, when all that it showed was read. */
  readonly done: Promise<number | null>;
  #screen = '';
  #from = 0;
  #heard: (() => void)[] = [];

  constructor(
    t: Pick<ExecutionContext, 'teardown'>,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
    terminal = 'xterm',
  ) {
    const command = [process.execPath, MAIN, ...args].map(quoted).join(' ');
    // The terminal would make CR LF of each LF, which it does again for what reads single keys.
    const line = `stty -onlcr; exec ${command}`;
    this.#child = spawn('script', ['-qefc', line, '/dev/null'], {
      env: { ...env, TERM: terminal },
    });
    t.teardown(() => this.#child.kill('SIGKILL'));
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk) => this.#hear(String(chunk)));
    this.done = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** All that came to the terminal so far. */
  get screen(): string {
    return this.#screen;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** As when its window is closed: the kernel sends SIGHUP to what runs in it. */
  close(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the screen has shown it, after what was waited for before. */
  async shows(words: string): Promise<void> {
    const never = (why: string) => {
      throw new Error(`it ${why} before it showed ${words}: ${JSON.stringify(this.#screen)}`);
    };
    const late = delay(SHOWN_MS, undefined, { ref: false }).then(() => never('waited'));
    const ended = Promise.race([this.done.then(() => never('ended')), late]);
    ended.catch(() => undefined);
    for (;;) {
      const at = this.#screen.indexOf(words, this.#from);
      if (at >= 0) {
        this.#from = at + words.length;
        return;
      }
      await Promise.race([new Promise<void>((resolve) => this.#heard.push(resolve)), ended]);
    }
  }

  #hear(chunk: string): void {
    this.#screen += chunk;
    const heard = this.#heard;
    this.#heard = [];
    for (const wake of heard) wake();
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
