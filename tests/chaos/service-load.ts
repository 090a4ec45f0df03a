import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceProcesses } from '../support/process-tree.ts';
import type { TestSystem } from '../support/system.ts';

/** What a service has cost for a time. */
export interface Load {
  service: string;
  /** Of one core. */
  cpuPercent: number;
  /** Of the system log. */
  lines: string[];
}

/** Ticks of the clock in which the kernel counts a process's time, a second (`getconf CLK_TCK`). */
const TICKS = 100;

/** Measures the services of a system from here on. */
export class LoadMeter {
  readonly #system: TestSystem;
  readonly #since = performance.now();
  readonly #ticks: ReadonlyMap<number, number>;
  readonly #logged: number;

  constructor(system: TestSystem) {
    this.#system = system;
    this.#ticks = new Map(serviceProcesses(system.pid).map(({ pid }) => [pid, ticksOf(pid)]));
    this.#logged = this.#log().length;
  }

  /** Throws where a service has ended meanwhile: none may by what it depends on. */
  read(): Load[] {
    const seconds = (performance.now() - this.#since) / 1_000;
    const lines = this.#log().subarray(this.#logged).toString().trim().split('\n').filter(Boolean);
    const now = serviceProcesses(this.#system.pid);
    for (const pid of this.#ticks.keys()) {
      if (!now.some((one) => one.pid === pid))
        throw new Error(`a service ended: ${lines.join('\n')}`);
    }
    return now.map(({ pid, service }) => ({
      service,
      cpuPercent: ((ticksOf(pid) - (this.#ticks.get(pid) ?? 0)) / TICKS / seconds) * 100,
      lines: lines.filter((line) => line.includes(`"pid":${pid},`)),
    }));
  }

  #log(): Buffer {
    return readFileSync(join(this.#system.dataDir, 'system.log'));
  }
}

/** User and system time (proc(5), `stat`, 14 and 15). */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return (fields[11] ?? 0) + (fields[12] ?? 0);
}
