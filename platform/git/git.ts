import { type ChildProcess, spawn } from 'node:child_process';
import { OrchestratorError } from '../../schemas/errors.ts';
import { startTimer } from '../async/timer.ts';
import { type GitProtocol, gitEnvironment, gitSettings } from './git-environment.ts';

/** One call of git. */
export interface GitCall {
  /** The command and its arguments: `['rev-parse', 'HEAD']`. */
  args: readonly string[];
  /** Folder in which it runs; the home, which is empty, without. */
  cwd?: string;
  /** Bytes for its stdin. */
  input?: string | Uint8Array;
  /** By what it may reach another repository; none without. */
  protocols?: readonly GitProtocol[];
  /** Beside what every call gets: GIT_INDEX_FILE and the like. */
  environment?: Readonly<Record<string, string>>;
  /** Folder whose owner is not looked at (`safe.directory`). */
  trusted?: string;
  /** Milliseconds after which it is killed with all that it has started; a minute. */
  timeoutMs?: number;
  /** Bytes that are kept of its output, from the start; 64 MiB. */
  outputBytes?: number;
  signal?: AbortSignal;
}

export interface GitOutput {
  /** Its exit code; -1 where a signal ended it. */
  code: number;
  stdout: Buffer;
  /** At most 64 KiB of it. */
  stderr: string;
  /** There was more on stdout than is kept. */
  truncated: boolean;
}

export interface GitOptions {
  searchPath: string;
  home: string;
}

const TIMEOUT_MS = 60_000;
const OUTPUT_BYTES = 64 * 1024 * 1024;
const STDERR_BYTES = 64 * 1024;
const SHOWN = 300;

/** A process of git could not be run to its end, or git said no. */
export class GitFailed extends OrchestratorError {
  readonly stderr: string;

  constructor(what: string, stderr = '') {
    super('ORC_GIT', what);
    this.stderr = stderr;
  }
}

/**
 * The system’s git, and the one place that runs it: without prompts, hooks, filters and helpers, with
 * settings and an environment of its own, and never longer than it may take. A repository that it
 * works on may be an attacker’s (docs/decisions/0102-git-on-foreign-repositories.md).
 *
 * @example
 * const git = new Git({ searchPath: process.env.PATH ?? '', home: '/var/lib/orchestrator/git' });
 * await git.run({ args: ['clone', '--bare', '--', 'https://…/shop.git', folder], protocols: ['https'] });
 */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /** Runs it to its end, whatever that is. Throws {@link GitFailed} where it cannot, or takes too long. */
  async try(call: GitCall): Promise<GitOutput> {
    const { args, cwd, protocols, environment, trusted } = call;
    const { searchPath, home } = this.#options;
    const child = spawn('git', [...gitSettings(trusted), ...args], {
      cwd: cwd ?? home,
      env: gitEnvironment({
        searchPath,
        home,
        ...(protocols && { protocols }),
        ...(environment && { more: environment }),
      }),
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return outputOf(child, call);
  }

  /** Its output as bytes. Throws {@link GitFailed} with git’s own words where it did not succeed. */
  async bytes(call: GitCall): Promise<Buffer> {
    const output = await this.try(call);
    if (output.code === 0 && !output.truncated) return output.stdout;
    if (output.code === 0) throw new GitFailed(`${nameOf(call)} printed more than is kept`);
    throw new GitFailed(`${nameOf(call)}: ${reasonOf(output.stderr)}`, output.stderr);
  }

  /** Its output as a text, without the line feed at its end. */
  async run(call: GitCall): Promise<string> {
    return (await this.bytes(call)).toString('utf8').replace(/\n$/, '');
  }
}

/** `git fetch`: its command, without the settings before it. */
function nameOf({ args }: GitCall): string {
  const at = args.findIndex((arg, index) => arg !== '-c' && args[index - 1] !== '-c');
  return `git ${args[at] ?? ''}`;
}

function outputOf(child: ChildProcess, call: GitCall): Promise<GitOutput> {
  const { timeoutMs = TIMEOUT_MS, outputBytes = OUTPUT_BYTES, signal } = call;
  const name = nameOf(call);
  const { promise, resolve, reject } = Promise.withResolvers<GitOutput>();
  const [stdout, stderr] = [new Kept(outputBytes), new Kept(STDERR_BYTES)];
  const end = (what: string) => {
    killGroup(child);
    reject(new GitFailed(what));
  };
  const abort = () => end(`${name} was ended with the system`);
  const cancel = startTimer(timeoutMs, () =>
    end(`${name} took longer than ${Math.ceil(timeoutMs / 1000)} s`),
  );
  signal?.addEventListener('abort', abort, { once: true });
  child.on('error', (error) => reject(new GitFailed(notRun(error))));
  child.on('close', (code) =>
    resolve({
      code: code ?? -1,
      stdout: stdout.bytes,
      stderr: stderr.bytes.toString('utf8'),
      truncated: stdout.isFull,
    }),
  );
  child.stdout?.on('data', (bytes: Buffer) => stdout.add(bytes));
  child.stderr?.on('data', (bytes: Buffer) => stderr.add(bytes));
  // It may end before it has read everything: its exit code tells.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(call.input ?? '');
  if (signal?.aborted) abort();
  return promise.finally(() => {
    cancel();
    signal?.removeEventListener('abort', abort);
  });
}

const notRun = (error: Error): string =>
  'code' in error && error.code === 'ENOENT'
    ? 'git is not there; install it (Debian: `apt-get install git`)'
    : `git cannot be run: ${error.message}`;

/** The first bytes of an output. */
class Kept {
  readonly #chunks: Buffer[] = [];
  readonly #most: number;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(chunk: Buffer): void {
    const room = this.#most - Math.min(this.#size, this.#most);
    if (room > 0) this.#chunks.push(chunk.subarray(0, room));
    this.#size += chunk.length;
  }

  get isFull(): boolean {
    return this.#size > this.#most;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** What went wrong, in git’s words and in one line: passwords in URLs left out. */
function reasonOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^(fatal|error|remote:|!| ! )/.test(line));
  const told = (lines.length > 0 ? lines : [stderr]).join('; ');
  return withoutPasswords(told).replace(/\s+/g, ' ').trim().slice(0, SHOWN) || 'it failed';
}

/** The same text with what stands before the @ of a URL left out. */
export const withoutPasswords = (text: string): string =>
  text.replaceAll(/([a-z+]+:\/\/)[^/@\s]+@/gi, '$1');

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
