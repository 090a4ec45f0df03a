import type { NumberName } from '../../schemas/metrics.ts';
import { LoopDelayMeter } from './loop-delay.ts';

/** Set by the supervisor in the environment of a service that it starts again: how often it has done so. */
export const RESTARTS = 'ORCHESTRATOR_RESTARTS';

/** One number of this process; whose it is, is added by who asks. */
export interface ProcessSample {
  name: NumberName;
  labels: Record<string, string>;
  value: number;
}

type Reader = () => readonly ProcessSample[];

const US_PER_S = 1e6;

/**
 * The numbers of this process, read when somebody asks and not before: an idle process pays nothing for
 * them.
 *
 * @example
 * metrics.add('orchestrator_fold_sequence', () => follower.sequence);
 */
export class ProcessMetrics {
  readonly #readers: Reader[] = [];
  readonly #delay = new LoopDelayMeter();
  readonly #restarts: number;
  readonly #startedAt = Date.now() / 1000 - process.uptime();

  /** Takes the supervisor's word out of the environment: it is no setting. */
  constructor(environment: NodeJS.ProcessEnv = process.env) {
    this.#restarts = Number(environment[RESTARTS] ?? 0);
    delete environment[RESTARTS];
  }

  add(name: NumberName, read: () => number): void {
    this.#readers.push(() => [{ name, labels: {}, value: read() }]);
  }

  /** Several numbers of one name, by the value of a label. */
  addBy(name: NumberName, label: string, read: () => Iterable<[string, number]>): void {
    this.#readers.push(() =>
      [...read()].map(([which, value]) => ({ name, labels: { [label]: which }, value })),
    );
  }

  samples(): ProcessSample[] {
    return [...this.#own(), ...this.#readers.flatMap((read) => read())];
  }

  #own(): ProcessSample[] {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const own: [NumberName, number][] = [
      ['orchestrator_process_start_time_seconds', this.#startedAt],
      ['orchestrator_process_restarts_total', this.#restarts],
      ['orchestrator_process_resident_memory_bytes', rss],
      ['orchestrator_process_heap_bytes', heapUsed],
      ['orchestrator_process_cpu_seconds_total', (user + system) / US_PER_S],
    ];
    const late = this.#delay.read();
    const quantiles: [string, number][] = late
      ? [
          ['0.5', late.p50],
          ['0.99', late.p99],
          ['1', late.max],
        ]
      : [];
    return [
      ...own.map(([name, value]) => ({ name, labels: {}, value })),
      ...quantiles.map(([quantile, value]) => ({
        name: 'orchestrator_event_loop_delay_seconds' as const,
        labels: { quantile },
        value,
      })),
    ];
  }
}
