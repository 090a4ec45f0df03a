import { type FileHandle, rm } from 'node:fs/promises';
import type { ProcessFile } from '../../../agents/process-file.ts';
import type { LogLine } from '../../../core/log/append-log.ts';
import { SerialQueue } from '../../../platform/async/serial-queue.ts';
import type { AgentProcess, ExecOrder, ExecOutcome, ProcessExit } from '../runtime.ts';
import { execProgram } from './exec-program.ts';
import { EVERY_SECOND, FolderWatch } from './folder-watch.ts';
import { tailLog } from './log-tail.ts';
import { nudge, openNudge } from './nudge.ts';
import { isRunning, isThere, signalGroup } from './process-identity.ts';
import { readHomeFile } from './read-home-file.ts';
import type { RunEnding } from './run-ending.ts';
import type { RunFolder, RunProcesses } from './run-folder.ts';
import { RUN_MARK } from './run-mark.ts';
import { StdinJournal } from './stdin-journal.ts';

/** A keeper that was killed notes nothing; whether it and the agent live is asked this often at the most. */
const LIFE_CHECK_MS = 1000;

/**
 * Every tick it is asked whether there is a process of the keeper's number, which costs next to nothing; once in
 * so many whether that is the keeper itself, and no zombie that nobody waits for.
 */
const TICKS_BETWEEN_CHECKS = 10;

const NO_OUTPUT = { stdout: new Uint8Array(), stderr: new Uint8Array() };
const NOT_THERE = { ended: 'failed', reason: 'the agent has ended' } as const;

/** A run that this process has taken up: everything it knows is in the run's folder. */
export class LocalProcess implements AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly exited: Promise<ProcessExit>;
  readonly #folder: RunFolder;
  readonly #processes: RunProcesses;
  readonly #journal: StdinJournal;
  readonly #watch: FolderWatch;
  readonly #stopTicks: () => void;
  readonly #ending: RunEnding;
  #ended = false;
  #lifeCheckAt = 0;
  #ticks = 0;
  readonly #calls = new SerialQueue();

  private constructor(
    ids: { agentId: string; runId: string },
    folder: RunFolder,
    processes: RunProcesses,
    ending: RunEnding,
    journal: StdinJournal,
  ) {
    this.agentId = ids.agentId;
    this.runId = ids.runId;
    this.#folder = folder;
    this.#processes = processes;
    this.#ending = ending;
    this.#journal = journal;
    this.#watch = new FolderWatch(folder.path);
    this.#stopTicks = EVERY_SECOND.add(() => this.#tick());
    this.exited = this.#untilExit();
  }

  static async attach(
    ids: { agentId: string; runId: string },
    folder: RunFolder,
    processes: RunProcesses,
    ending: RunEnding,
  ): Promise<LocalProcess> {
    const journal = await StdinJournal.open(folder.file('stdin'));
    const attached = new LocalProcess(ids, folder, processes, ending, journal);
    // For what another holder wrote and did not live to tell the pump of. It is a change of the folder, too,
    // which shows that those are reported.
    await attached.#nudge('stdin.nudge');
    return attached;
  }

  get pid(): number {
    return this.#processes.agent.pid;
  }

  write(messageId: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'> {
    return this.#calls.run(() => this.#write(messageId, bytes));
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
    if (signal !== 'SIGINT') this.#ending.remember();
    // The keeper made the agent the leader of a process group.
    signalGroup(this.#processes.agent, signal);
  }

  /** A process of this machine that is stopped would look as if somebody had stopped it. */
  async pause(): Promise<boolean> {
    return false;
  }

  closeStdin(): Promise<void> {
    return this.#calls.run(async () => {
      // It is about to end.
      this.#ending.remember();
      await this.#folder.endStdin();
      await this.#nudge('stdin.nudge');
    });
  }

  async extend(expiresAt: Date): Promise<void> {
    await this.#folder.setExpiry(expiresAt);
    await this.#nudge('expires.nudge');
  }

  /** Bears the run's mark: what it leaves behind is ended with the run. */
  async exec(order: ExecOrder): Promise<ExecOutcome> {
    if (!isRunning(this.#processes.agent)) return { ...NO_OUTPUT, ...NOT_THERE };
    const environment = { ...order.environment, [RUN_MARK]: this.#ending.mark };
    return execProgram({ ...order, environment }, this.#folder.workspace);
  }

  replaceFile(file: ProcessFile): Promise<void> {
    return this.#folder.writeFile(file);
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return readHomeFile(this.#folder.home, path, maxBytes);
  }

  async detach(): Promise<void> {
    this.#close();
  }

  async remove(): Promise<void> {
    if (isRunning(this.#processes.agent)) throw new Error(`run ${this.runId} has not ended`);
    this.#close();
    await rm(this.#folder.path, { recursive: true, force: true });
  }

  /** By what the keeper notes; where it did not live to do that, by the agent being gone. */
  async #untilExit(): Promise<ProcessExit> {
    for (;;) {
      const changes = this.#watch.count;
      const exit = (await this.#folder.exit()) ?? (await this.#unnotedEnd());
      if (exit) return this.#endedAs(exit);
      await this.#watch.changedSince(changes);
      if (this.#watch.closed) return new Promise(() => undefined);
    }
  }

  /** Its output is read on until nobody is left who could write to it. */
  async #endedAs(exit: ProcessExit): Promise<ProcessExit> {
    const left = await this.#ending.end();
    if (this.#watch.closed) return new Promise(() => undefined);
    const { pump, watchdog } = this.#processes;
    // The keeper would have ended them; until now they held the number of its session.
    signalGroup(pump, 'SIGKILL');
    signalGroup(watchdog, 'SIGKILL');
    this.#ended = true;
    this.#stopTicks();
    this.#watch.settle();
    return { ...exit, ...(left && { left }) };
  }

  #close(): void {
    this.#stopTicks();
    this.#watch.close();
  }

  #tick(): void {
    this.#ticks += 1;
    const { keeper } = this.#processes;
    const lives =
      this.#ticks % TICKS_BETWEEN_CHECKS === 0 ? isRunning(keeper) : isThere(keeper.pid);
    if (lives) return;
    this.#lifeCheckAt = 0;
    this.#watch.look();
  }

  async #unnotedEnd(): Promise<ProcessExit | undefined> {
    if (performance.now() < this.#lifeCheckAt) return undefined;
    this.#lifeCheckAt = performance.now() + LIFE_CHECK_MS;
    const { keeper, agent } = this.#processes;
    if (isRunning(keeper) || isRunning(agent)) return undefined;
    // It may have noted the exit between the two looks.
    return (await this.#folder.exit()) ?? { code: null, signal: null };
  }

  async #write(id: string, bytes: Uint8Array): Promise<'written' | 'already-written' | 'gone'> {
    const pump = await this.#openPump();
    // What it read before it ended was written, also if nobody lived to say so.
    if (pump === undefined) return (await this.#journal.has(id)) ? 'already-written' : 'gone';
    try {
      const outcome = await this.#journal.write(id, bytes);
      await nudge(pump);
      return outcome;
    } finally {
      await pump.close();
    }
  }

  /** Undefined where nothing reaches the agent's stdin any more. */
  async #openPump(): Promise<FileHandle | undefined> {
    if (!isRunning(this.#processes.agent) || (await this.#folder.stdinEnded())) return undefined;
    return openNudge(this.#folder.file('stdin.nudge'));
  }

  async #nudge(fifo: 'stdin.nudge' | 'expires.nudge'): Promise<void> {
    const handle = await openNudge(this.#folder.file(fifo));
    if (handle === undefined) return;
    try {
      await nudge(handle);
    } finally {
      await handle.close();
    }
  }
}
