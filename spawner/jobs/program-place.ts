import type { AgentPlaces, AgentProcess, ProcessSpec, StartResult } from '../runtime/runtime.ts';
import type { JobOrder } from './executor.ts';

/** Where the programs of jobs run: on this machine, or in containers. Each outlives whoever began it. */
export interface ProgramPlace {
  /** Paths as the program sees them; known before it is started. */
  places(jobId: string): AgentPlaces;
  /** The words that run a program with descriptor 3 open for its progress. */
  command(jobId: string, program: readonly [string, ...string[]]): readonly [string, ...string[]];
  /** @param image of the container, where the tool names one */
  start(spec: ProcessSpec, image: string | undefined, signal: AbortSignal): Promise<StartResult>;
  attach(jobId: string, runId: string): Promise<AgentProcess | undefined>;
  /** Stores what it prints and tells its progress, to the end of both. Rejects as the signal aborts. */
  follow(process: AgentProcess, order: Pick<JobOrder, 'said' | 'signal'>): Promise<void>;
  /** What the program says that it comes to, once it has ended; undefined where it has not said so. */
  result(process: AgentProcess): Promise<unknown>;
  /** The end of what it printed. */
  tail(process: AgentProcess, stream: 'stdout' | 'stderr'): Promise<string>;
  /** Removes all that is kept of a job that does not run. */
  removeHome(jobId: string): Promise<void>;
}

/** Bytes of an output's end that a result or a reason quotes. */
export const TAIL_BYTES = 4_096;
