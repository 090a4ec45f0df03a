import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentProcess, LogLine, ProcessExit } from '../runtime.ts';
import { FolderWatch } from './folder-watch.ts';
import { tailLog } from './log-tail.ts';
import { isRunning, type ProcessIdentity } from './process-identity.ts';
import { replaceFile } from './replace-file.ts';
import type { RunFolder, RunProcesses } from './run-folder.ts';
import { StdinJournal } from './stdin-journal.ts';

/** A run that this process has taken up: everything it knows is in the run's folder. */
export class LocalProcess implements AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly exited: Promise<ProcessExit>;
  readonly #folder: RunFolder;
  readonly #processes: RunProcesses;
  readonly #journal: StdinJournal;
  readonly #watch: FolderWatch;
  #ended = false;

  private constructor(
    ids: { agentId: string; runId: string },
    folder: RunFolder,
    processes: RunProcesses,
    journal: StdinJournal,
  ) {
    this.agentId = ids.agentId;
    this.runId = ids.runId;
    this.#folder = folder;
    this.#processes = processes;
    this.#journal = journal;
    this.#watch = new FolderWatch(folder.path);
    this.exited = this.#untilExit();
  }

  static async attach(
    ids: { agentId: string; runId: string },
    folder: RunFolder,
    processes: RunProcesses,
  ): Promise<LocalProcess> {
    const journal = await StdinJournal.open(folder.file('stdin'), folder.file('stdin.index'));
    return new LocalProcess(ids, folder, processes, journal);
  }

  get pid(): number {
    return this.#processes.agent.pid;
  }

  async write(
    messageId: string,
    bytes: Uint8Array,
  ): Promise<'written' | 'already-written' | 'gone'> {
    if (!(await isRunning(this.#processes.agent))) return 'gone';
    return this.#journal.write(messageId, bytes);
  }

  readLog(
    stream: 'stdout' | 'stderr',
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<LogLine[]> {
    const offset = Number(after ?? 0);
    return tailLog(this.#folder.file(stream), offset, this.#watch, () => this.#ended, signal);
  }

  async signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { agent } = this.#processes;
    // The keeper made the agent the leader of a process group.
    if (await isRunning(agent)) kill(-agent.pid, signal);
  }

  async closeStdin(): Promise<void> {
    await end(this.#processes.gate);
  }

  extend(expiresAt: Date): Promise<void> {
    return this.#folder.setExpiry(expiresAt);
  }

  replaceFile(path: string, content: string, mode: number): Promise<void> {
    return replaceFile(join(this.#folder.home, path), content, mode);
  }

  async detach(): Promise<void> {
    this.#watch.close();
  }

  async remove(): Promise<void> {
    this.#watch.close();
    await rm(this.#folder.path, { recursive: true, force: true });
  }

  /** By what the keeper notes; where it did not live to do that, by the agent being gone. */
  async #untilExit(): Promise<ProcessExit> {
    for (;;) {
      const changes = this.#watch.count;
      const exit = (await this.#folder.exit()) ?? (await this.#unnotedEnd());
      if (exit) {
        this.#ended = true;
        this.#watch.settle();
        return exit;
      }
      await this.#watch.changedSince(changes);
      if (this.#watch.closed) return new Promise(() => undefined);
    }
  }

  async #unnotedEnd(): Promise<ProcessExit | undefined> {
    const { keeper, agent } = this.#processes;
    if ((await isRunning(keeper)) || (await isRunning(agent))) return undefined;
    // It may have noted it between the two looks.
    return (await this.#folder.exit()) ?? { code: null, signal: null };
  }
}

async function end(identity: ProcessIdentity): Promise<void> {
  if (await isRunning(identity)) kill(identity.pid, 'SIGKILL');
}

/** One that has ended since the look is as good as signalled. */
function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
