import type { Logger } from 'pino';
import { isLive } from '../../core/domain/agent/agent-state.ts';
import { isOpen } from '../../core/domain/job/job-state.ts';
import type { SystemState } from '../../core/domain/system-state.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { lastSelected } from '../../core/log/stream-end.ts';
import { shownPhase } from '../../core/views/agent-summary.ts';
import { within } from '../../platform/async/within.ts';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { askMetrics } from '../../platform/service/ask-metrics.ts';
import type { Sample, ServiceMetrics } from '../../schemas/metrics.ts';
import { SAID_AND_DONE, type StreamName } from '../../schemas/subjects.ts';
import { type Exposition, exposition } from './exposition.ts';
import type { LogCounts } from './log-counts.ts';
import { MetricValues } from './metric-values.ts';
import { isChannel, type LogEnds, processSamples } from './process-samples.ts';

export interface SystemMetricsOptions {
  connection: LogConnection;
  counts: LogCounts;
  logger: Logger;
  /** The folded state as it is now. */
  state: () => SystemState;
  /** The services that are to answer. */
  expected: readonly string[];
  kinds: readonly string[];
}

/** Prometheus waits 10 seconds: what a part has not told by then is left out. */
const PART_MS = 7_000;

const STREAMS = ['EVENTS', 'LOGS', 'EVENTS_DLQ'] as const satisfies readonly StreamName[];

/** All numbers of a system in one text: of its log, of its state, of NATS, and of each of its processes. */
export class SystemMetrics {
  readonly #options: SystemMetricsOptions;

  constructor(options: SystemMetricsOptions) {
    this.#options = options;
  }

  /** Never rejects for a part that is not to be had: `orchestrator_part_up` tells which. */
  async text(): Promise<Exposition> {
    const parts: Record<string, () => Promise<Sample[]>> = {
      log: () => this.#options.counts.samples(PART_MS),
      state: async () => this.#ofState(),
      streams: () => this.#ofStreams(),
      leases: () => this.#ofLeases(),
      processes: () => this.#ofProcesses(),
    };
    const told = await Promise.all(
      Object.entries(parts).map(([part, read]) => this.#partOf(part, read)),
    );
    return exposition(told.flat());
  }

  async #partOf(part: string, read: () => Promise<Sample[]>): Promise<Sample[]> {
    const up = (value: number): Sample => ({
      name: 'orchestrator_part_up',
      labels: { part },
      value,
    });
    try {
      return [...(await within(PART_MS, read(), tooLate)), up(1)];
    } catch (error) {
      this.#options.logger.info({ part, err: error }, 'a part of the metrics is not to be had');
      return [up(0)];
    }
  }

  #ofState(): Sample[] {
    const { agents, jobs } = this.#options.state();
    const values = new MetricValues();
    let waiting = 0;
    let running = 0;
    for (const agent of agents.values()) {
      waiting += agent.queue.length;
      if (isLive(agent) && agent.turn !== null) running += 1;
      if (agent.phase === 'unknown') continue;
      const kind = this.#options.kinds.includes(agent.kind) ? agent.kind : 'other';
      values.add('orchestrator_agents', [kind, shownPhase(agent)]);
    }
    values.add('orchestrator_messages_waiting', [], waiting);
    values.add('orchestrator_turns_running', [], running);
    values.add('orchestrator_jobs_open', [], [...jobs.values()].filter(isOpen).length);
    return values.samples();
  }

  async #ofStreams(): Promise<Sample[]> {
    const jsm = await this.#options.connection.jsm();
    const values = new MetricValues();
    for (const stream of STREAMS) {
      const { state } = await jsm.streams.info(stream);
      values.add('orchestrator_stream_bytes', [stream], state.bytes);
      values.add('orchestrator_stream_messages', [stream], state.messages);
      values.add('orchestrator_stream_sequence', [stream], state.last_seq);
      if (stream === 'LOGS') values.add('orchestrator_log_lines_total', [], state.last_seq);
      if (stream === 'EVENTS_DLQ') {
        values.add('orchestrator_dead_letters_total', [], state.last_seq);
      }
    }
    return values.samples();
  }

  async #ofLeases(): Promise<Sample[]> {
    const leases = await LeaseStore.of(this.#options.connection).all();
    const values = new MetricValues();
    for (const draining of [false, true]) {
      const count = leases.filter((lease) => lease.draining === draining).length;
      values.add('orchestrator_leases', [draining ? 'draining' : 'serving'], count);
    }
    return values.samples();
  }

  async #ofProcesses(): Promise<Sample[]> {
    const { connection, expected } = this.#options;
    const { nc, inboxPrefix } = connection;
    const heard = await askMetrics(nc, { expected, inboxPrefix });
    const ends = await this.#endsOf(heard);
    const up = expected.map(
      (service): Sample => ({
        name: 'orchestrator_service_up',
        labels: { service },
        value: heard.filter((one) => one.service === service).length,
      }),
    );
    return [...up, ...heard.flatMap((one) => processSamples(one, ends))];
  }

  /** Asked for after their numbers, so that nobody is ahead of it. */
  async #endsOf(heard: readonly ServiceMetrics[]): Promise<LogEnds> {
    const { connection } = this.#options;
    const jsm = await connection.jsm();
    const { state } = await jsm.streams.info('EVENTS');
    const all = state.last_seq;
    if (!heard.some(isChannel)) return { all, saidAndDone: all };
    const filter = SAID_AND_DONE;
    const saidAndDone = await lastSelected(connection.nc, 'EVENTS', { filter }, { sequence: 1 });
    return { all, saidAndDone };
  }
}

const tooLate = (): Error => new Error(`it takes more than ${PART_MS / 1000} s`);
