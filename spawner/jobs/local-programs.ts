import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogCollector } from '../log-collector.ts';
import type {
  AgentPlaces,
  AgentProcess,
  ProcessSpec,
  Runtime,
  StartResult,
} from '../runtime/runtime.ts';
import type { JobOrder } from './executor.ts';
import { followProgress, lastResult, PROGRESS_FILE } from './job-progress.ts';
import { type ProgramPlace, TAIL_BYTES } from './program-place.ts';

export interface LocalProgramsOptions {
  /** Runs programs that outlive this process, below `folder`, a folder for each job. */
  runtime: Runtime;
  folder: string;
  collector: LogCollector;
}

/** Descriptor 3 is the progress; the program takes the shell's place. */
const WITH_PROGRESS = 'exec 3>>"$0" "$@"';

/** Programs of this machine, each under a keeper as agents are. */
export class LocalPrograms implements ProgramPlace {
  readonly #options: LocalProgramsOptions;

  constructor(options: LocalProgramsOptions) {
    this.#options = options;
  }

  places(jobId: string): AgentPlaces {
    return this.#options.runtime.places(jobId);
  }

  command(jobId: string, program: readonly [string, ...string[]]): readonly [string, ...string[]] {
    return ['sh', '-c', WITH_PROGRESS, this.#progress(jobId), ...program];
  }

  async start(spec: ProcessSpec): Promise<StartResult> {
    const started = await this.#options.runtime.start(spec);
    // Nothing of it began: nor does anything of it stay.
    if (!started.ok && started.left === undefined) await this.removeHome(spec.agentId);
    return started;
  }

  attach(jobId: string, runId: string): Promise<AgentProcess | undefined> {
    return this.#options.runtime.attach(jobId, runId);
  }

  async follow(
    process: AgentProcess,
    { said, signal }: Pick<JobOrder, 'said' | 'signal'>,
  ): Promise<void> {
    const over = new AbortController();
    const file = this.#progress(process.agentId);
    await Promise.all([
      process.exited.finally(() => over.abort()),
      this.#options.collector.collect(process, signal),
      followProgress({ file, said, over: over.signal, signal }),
    ]);
  }

  result({ agentId }: AgentProcess): Promise<unknown> {
    return lastResult(this.#progress(agentId));
  }

  async tail({ agentId, runId }: AgentProcess, stream: 'stdout' | 'stderr'): Promise<string> {
    const path = join(this.#options.folder, agentId, 'runs', runId, stream);
    const file = await open(path, 'r').catch(() => undefined);
    if (file === undefined) return '';
    try {
      const { size } = await file.stat();
      const length = Math.min(size, TAIL_BYTES);
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
      return buffer.toString('utf8');
    } finally {
      await file.close();
    }
  }

  async removeHome(jobId: string): Promise<void> {
    await rm(join(this.#options.folder, jobId), { recursive: true, force: true });
  }

  #progress(jobId: string): string {
    return join(this.#options.folder, jobId, PROGRESS_FILE);
  }
}
