import { type ChildProcess, spawn } from 'node:child_process';
import type { ExecutionContext } from 'ava';
import { ofFile } from '../../support/of-file.ts';
import { programOf, START_FLAGS } from '../../support/programs.ts';
import { dataFolder, environment, type Finished, finished } from '../../support/system.ts';

const MAIN = programOf('orchestrator');

/** A `start` whose stdin stays open, and whose words can be waited for. */
export class RunningStart {
  readonly child: ChildProcess;
  readonly done: Promise<Finished>;
  #said = '';
  #heard: (() => void)[] = [];

  constructor(
    t: Pick<ExecutionContext, 'teardown'>,
    env: NodeJS.ProcessEnv,
    options: { args?: string[]; input?: 'pipe' | 'ignore' } = {},
  ) {
    const { args = [], input = 'pipe' } = options;
    this.child = spawn(process.execPath, [...START_FLAGS, MAIN, 'start', ...args], {
      env,
      stdio: [input, 'pipe', 'pipe'],
      detached: true,
    });
    t.teardown(() => this.child.kill('SIGKILL'));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk) => this.#hear(String(chunk)));
    }
    this.done = finished(this.child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything that it has said so far, on stdout and stderr. */
  get said(): string {
    return this.#said;
  }

  write(text: string | Uint8Array): void {
    this.child.stdin?.write(text);
  }

  end(): Promise<Finished> {
    this.child.stdin?.end();
    return this.done;
  }

  /** Resolves when stdout or stderr has said it; rejects when the system ends before. */
  async says(words: string): Promise<void> {
    const ended = this.done.then(({ stderr }) => {
      throw new Error(`it ended before it said ${words}: ${stderr}`);
    });
    while (!this.#said.includes(words)) {
      await Promise.race([new Promise<void>((resolve) => this.#heard.push(resolve)), ended]);
    }
    ended.catch(() => undefined);
  }

  #hear(chunk: string): void {
    this.#said += chunk;
    const heard = this.#heard;
    this.#heard = [];
    for (const wake of heard) wake();
  }
}

/** A `start` that serves, for several tests of a file. */
export const servingOfFile = () =>
  ofFile(async (t) => {
    const folder = dataFolder(t);
    const start = new RunningStart(t, environment(folder), { input: 'ignore' });
    await start.says('serving');
    return { folder, start };
  });
