import { isMetricName, type Sample, type ServiceMetrics } from '../../schemas/metrics.ts';

/** The last places in EVENTS: of all, and of what channels read (`SAID_AND_DONE`). */
export interface LogEnds {
  all: number;
  saidAndDone: number;
}

/** Whether a service brings people what is said, and reads nothing else of the log. */
export const isChannel = ({ service }: Pick<ServiceMetrics, 'service'>): boolean =>
  service === 'bot';

/** What a process says of itself, with whose it is, and how far its fold is behind what it reads. */
export function processSamples(of: ServiceMetrics, ends: LogEnds): Sample[] {
  const own = { service: of.service, node: of.node };
  const end = isChannel(of) ? ends.saidAndDone : ends.all;
  return of.samples.flatMap(({ name, labels, value }): Sample[] => {
    if (!isMetricName(name)) return [];
    const sample = { name, labels: { ...own, ...labels }, value };
    if (name !== 'orchestrator_fold_sequence') return [sample];
    const lag = Math.max(0, end - value);
    return [sample, { name: 'orchestrator_fold_lag_events', labels: own, value: lag }];
  });
}
