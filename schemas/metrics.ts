import { z } from 'zod';

/** What one number is, as `/metrics` declares it. */
export interface MetricDeclaration {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** Each has few values: never an id. */
  labels: readonly string[];
}

/** Upper bounds of the buckets of every histogram, seconds: from a quick answer to a long turn. */
export const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800] as const;

const counter = (help: string, ...labels: string[]) => ({ type: 'counter', help, labels }) as const;
const gauge = (help: string, ...labels: string[]) => ({ type: 'gauge', help, labels }) as const;
const seconds = (help: string, ...labels: string[]) =>
  ({ type: 'histogram', help, labels }) as const;

/** Counted from the log: they are the same after every restart, whoever counts. */
const OF_THE_LOG = {
  orchestrator_events_total: counter('Events in the log.', 'type'),
  orchestrator_events_refused_total: counter(
    'Messages in the log that count for nobody: of a newer version, invalid, or said by an agent that has ended.',
    'reason',
  ),
  orchestrator_messages_total: counter('Messages to agents.', 'channel'),
  orchestrator_commands_rejected_total: counter('Commands that were refused.', 'code'),
  orchestrator_message_wait_seconds: seconds('From a message until its agent has it.', 'kind'),
  orchestrator_message_first_word_seconds: seconds(
    'From a message until its agent says something in its turn.',
    'kind',
  ),
  orchestrator_message_end_seconds: seconds('From a message until the end of its turn.', 'kind'),
  orchestrator_turns_total: counter('Turns that are over.', 'kind', 'outcome'),
  orchestrator_turn_failures_total: counter('Turns that failed, by why.', 'kind', 'code'),
  orchestrator_responses_total: counter('What agents said to people.', 'kind', 'type'),
  orchestrator_tool_calls_total: counter('Tools that agents called.', 'tool'),
  orchestrator_results_total: counter('Results of tool calls and of waiting questions.', 'outcome'),
  orchestrator_jobs_total: counter('Jobs.', 'outcome'),
  orchestrator_runs_total: counter('What became of processes of agents.', 'kind', 'outcome'),
  orchestrator_deliveries_total: counter(
    'What channels did with deliveries.',
    'channel',
    'outcome',
  ),
  orchestrator_delivery_seconds: seconds('From a delivery’s request to its receipt.', 'channel'),
} as const satisfies Record<string, MetricDeclaration>;

/** How the system is now, asked of the folded state and of NATS. */
const OF_THE_SYSTEM = {
  orchestrator_agents: gauge('Agents that are not archived.', 'kind', 'phase'),
  orchestrator_messages_waiting: gauge('Messages that no agent has yet.'),
  orchestrator_turns_running: gauge('Turns that are not over.'),
  orchestrator_jobs_open: gauge('Jobs that are not over.'),
  orchestrator_leases: gauge('Spawners whose lease lives.', 'state'),
  orchestrator_log_lines_total: counter('Lines that agents and jobs printed.'),
  orchestrator_dead_letters_total: counter('Messages that became dead letters.'),
  orchestrator_stream_bytes: gauge('Size of a stream.', 'stream'),
  orchestrator_stream_messages: gauge('Messages in a stream.', 'stream'),
  orchestrator_stream_sequence: gauge('The last sequence of a stream.', 'stream'),
  orchestrator_service_up: gauge('Processes of an expected service that answer.', 'service'),
  orchestrator_part_up: gauge('Whether a part of these numbers was to be had.', 'part'),
} as const satisfies Record<string, MetricDeclaration>;

/** What each service process says of itself. */
const OF_PROCESSES = {
  orchestrator_process_start_time_seconds: gauge('When it started, Unix time.', 'service', 'node'),
  orchestrator_process_restarts_total: counter(
    'How often its supervisor has started it again (npm start).',
    'service',
    'node',
  ),
  orchestrator_process_resident_memory_bytes: gauge('Memory (RSS).', 'service', 'node'),
  orchestrator_process_heap_bytes: gauge('JavaScript heap in use.', 'service', 'node'),
  orchestrator_process_cpu_seconds_total: counter('Processor time.', 'service', 'node'),
  orchestrator_event_loop_delay_seconds: gauge(
    'How late its event loop is, since it was asked last; measured from the first question on.',
    'service',
    'node',
    'quantile',
  ),
  orchestrator_checks_failing: gauge('Health checks that are not well.', 'service', 'node'),
  orchestrator_appends_total: counter(
    'Appends by what came of them: ok, duplicate, or why not.',
    'service',
    'node',
    'outcome',
  ),
  orchestrator_log_appends_total: counter(
    'Appends of agents’ output, by what came of them.',
    'service',
    'node',
    'outcome',
  ),
  orchestrator_fold_sequence: gauge('The last event that it has folded.', 'service', 'node'),
  orchestrator_fold_lag_events: gauge('Events that it has not folded yet.', 'service', 'node'),
  orchestrator_shadow_decisions_total: counter(
    'Decisions of the live system that a shadow decided anew.',
    'service',
    'node',
  ),
  orchestrator_shadow_differences_total: counter(
    'Those that it would have decided otherwise, by how they differ.',
    'service',
    'node',
    'kind',
  ),
} as const satisfies Record<string, MetricDeclaration>;

/** Every number of `/metrics`. */
export const METRICS = { ...OF_THE_LOG, ...OF_THE_SYSTEM, ...OF_PROCESSES };

export type MetricName = keyof typeof METRICS;

type NamesOf<T extends MetricDeclaration['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type HistogramName = NamesOf<'histogram'>;
export type NumberName = NamesOf<'counter' | 'gauge'>;

export type Labels = Readonly<Record<string, string>>;

/** One number. */
export interface Sample {
  name: MetricName;
  /** Part of a histogram: `_bucket`, `_sum` or `_count`. */
  suffix?: string;
  labels: Labels;
  value: number;
}

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(METRICS, name);

/** Where every service process answers with its own numbers. */
export const METRICS_SUBJECT = 'metrics';

/** What one service process answers there; a newer version may have numbers that this one does not know. */
export const serviceMetrics = z.object({
  service: z.string(),
  node: z.string(),
  samples: z.array(
    z.object({
      name: z.string(),
      labels: z.record(z.string(), z.string()),
      value: z.number(),
    }),
  ),
});
export type ServiceMetrics = z.infer<typeof serviceMetrics>;
