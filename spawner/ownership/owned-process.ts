import type { ProcessFile } from '../../agents/process-file.ts';
import type { LogLine } from '../../core/log/append-log.ts';
import type { AgentProcess, ExecOrder, ExecOutcome, ProcessExit } from '../runtime/runtime.ts';

/** The agent is another's by now, or that cannot be told: nothing was done. */
export class NotOwner extends Error {
  override readonly name = 'NotOwner';
}

/**
 * A process that only its owner acts on: whoever was paused or cut off, and has lost the run
 * meanwhile, is refused before it touches it. Reading is for everybody.
 */
export class OwnedProcess implements AgentProcess {
  readonly agentId: string;
  readonly runId: string;
  readonly #process: AgentProcess;
  readonly #owns: () => boolean;

  constructor(process: AgentProcess, owns: () => boolean) {
    this.agentId = process.agentId;
    this.runId = process.runId;
    this.#process = process;
    this.#owns = owns;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get exited(): Promise<ProcessExit> {
    return this.#process.exited;
  }

  async write(
    messageId: string,
    bytes: Uint8Array,
  ): Promise<'written' | 'already-written' | 'gone'> {
    this.#requireOwner();
    return this.#process.write(messageId, bytes);
  }

  readLog(
    stream: 'stdout' | 'stderr',
    after: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<LogLine[]> {
    return this.#process.readLog(stream, after, signal);
  }

  async signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void> {
    this.#requireOwner();
    await this.#process.signal(signal);
  }

  async pause(): Promise<boolean> {
    this.#requireOwner();
    return this.#process.pause();
  }

  async closeStdin(): Promise<void> {
    this.#requireOwner();
    await this.#process.closeStdin();
  }

  async extend(expiresAt: Date): Promise<void> {
    this.#requireOwner();
    await this.#process.extend(expiresAt);
  }

  async exec(order: ExecOrder): Promise<ExecOutcome> {
    if (this.#owns()) return this.#process.exec(order);
    const nothing = { stdout: new Uint8Array(), stderr: new Uint8Array() };
    return { ...nothing, ended: 'failed', reason: `run ${this.runId} is not this spawner’s` };
  }

  async replaceFile(file: ProcessFile): Promise<void> {
    this.#requireOwner();
    await this.#process.replaceFile(file);
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
    return this.#process.readFile(path, maxBytes);
  }

  detach(): Promise<void> {
    return this.#process.detach();
  }

  remove(): Promise<void> {
    return this.#process.remove();
  }

  #requireOwner(): void {
    if (!this.#owns()) throw new NotOwner(`run ${this.runId} is not this spawner’s`);
  }
}
