import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { CliExit } from './driver.ts';

export interface CliProcessOptions {
  command: readonly [string, ...string[]];
  environment: Record<string, string>;
  workspace: string;
  /** A line of its stderr. */
  onStderr: (line: string) => void;
}

/** Ends what the host leaves behind when it dies: `read` ends with the host's end of the pipe. */
const GUARD = 'read -r _; kill -KILL -- "-$1" 2>/dev/null';

/**
 * The agent's CLI as a child in a process group of its own: signals to the host's group are the
 * host's to answer, or an interrupt would end the CLI instead of its turn. A guard beside it ends
 * the group when the host is killed.
 */
export class CliProcess {
  readonly exited: Promise<CliExit>;
  readonly #child: ChildProcess;
  readonly #guard: ChildProcess | undefined;

  constructor({ command, environment, workspace, onStderr }: CliProcessOptions) {
    const [program, ...args] = command;
    const child = spawn(program, args, { cwd: workspace, env: environment, detached: true });
    this.#child = child;
    this.#guard = child.pid === undefined ? undefined : guard(child.pid);
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stderr }).on('line', onStderr);
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => {
        onStderr(error.message);
        resolve({ code: 127, signal: null });
      });
      // `close` comes when the output has been read to its end, `exit` may come before.
      child.once('close', (code, signal) => {
        this.#guard?.kill('SIGKILL');
        resolve({ code, signal });
      });
    });
  }

  get stdin(): NonNullable<ChildProcess['stdin']> {
    return present(this.#child.stdin);
  }

  get stdout(): NonNullable<ChildProcess['stdout']> {
    return present(this.#child.stdout);
  }

  onLine(listener: (line: string) => void): void {
    createInterface({ input: this.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on(
      'line',
      listener,
    );
  }

  writeLine(value: unknown): void {
    this.stdin.write(`${JSON.stringify(value)}\n`);
  }

  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
      /* c8 ignore next 3 -- macOS refuses for a group that has just ended (EPERM), Linux does not. */
    } catch {
      // The process has just ended.
    }
  }
}

function guard(pid: number): ChildProcess {
  const child = spawn('sh', ['-c', GUARD, 'guard', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  return child;
}

function present<T>(stream: T | null): T {
  // Made with pipes, so both are there.
  if (stream === null) throw new Error('the process has no pipes');
  return stream;
}
