import { readFileSync } from 'node:fs';
import { systemTree } from '../support/process-tree.ts';

/** The median of some figures. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The figure that so many of a hundred are not above. */
export function percentile(figures: readonly number[], of: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.ceil((sorted.length * of) / 100) - 1] ?? Number.NaN;
}

/** Runs something and says how long it took, in ms. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await run();
  return performance.now() - begin;
}

export const round = (figure: number, digits = 0): string => figure.toFixed(digits);

/** Resident memory of a system's processes together, in MiB. */
export function memoryOf(pid: number): number {
  const pages = systemTree(pid).map((each) => {
    try {
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  });
  return pages.reduce((sum, kibibytes) => sum + kibibytes, 0) / 1024;
}

/** Resident memory of one process, now and at the most so far, in MiB. */
export function residentOf(pid: number | undefined): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) =>
    Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** Memory of processes together, in MiB: what several of them share is counted once (PSS). */
export function sharedMemoryOf(pids: readonly number[]): number {
  const parts = pids.map((pid) => {
    try {
      return proportionalSetSize(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
    } catch {
      // It has ended.
      return 0;
    }
  });
  return parts.reduce((sum, kibibytes) => sum + kibibytes, 0) / 1024;
}

/** In KiB, of a process's `smaps_rollup` (proc_pid_smaps(5)). */
export const proportionalSetSize = (rollup: string): number =>
  Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);

/** Clock ticks a second, of /proc (proc(5), `_SC_CLK_TCK`): 100 on every Linux. */
const TICKS = 100;

/** Milliseconds of CPU that a system's processes have used so far. */
export const cpuOf = (pid: number): number => cpuOfProcesses(systemTree(pid));

/** Milliseconds of CPU that these have used so far. */
export function cpuOfProcesses(pids: readonly number[]): number {
  const ticks = pids.map((each) => {
    try {
      const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
      // Behind the command in parentheses the fields begin with the third.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(fields[11]) + Number(fields[12]);
    } catch {
      return 0;
    }
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1000) / TICKS;
}

/** Collects what a bench must undo, in the shape that the tests' helpers want. */
export class Cleanup implements AsyncDisposable {
  readonly title = 'bench';
  readonly #steps: (() => unknown)[] = [];

  teardown = (step: () => unknown): void => {
    this.#steps.push(step);
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}
