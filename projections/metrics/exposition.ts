import { isMetricName, METRICS, type MetricName, type Sample } from '../../schemas/metrics.ts';

export interface Exposition {
  /** Of the text, for `Content-Type`. */
  type: string;
  text: string;
}

/** One metric as `getMetricsAsJSON` of prom-client has it, which its `aggregate` takes. */
interface Family {
  name: MetricName;
  help: string;
  type: string;
  aggregator: 'sum';
  values: { value: number; labels: Sample['labels']; metricName: string }[];
}

/**
 * Numbers in the text format of Prometheus, by prom-client: loaded at the first call, since most systems
 * are never asked.
 */
export async function exposition(samples: readonly Sample[]): Promise<Exposition> {
  const { AggregatorRegistry } = await import('prom-client');
  const registry = AggregatorRegistry.aggregate([families(samples)]);
  return { type: registry.contentType, text: await registry.metrics() };
}

/** In the order of the table; what nobody has told has no lines. */
function families(samples: readonly Sample[]): Family[] {
  const byName = new Map<MetricName, Family>();
  for (const { name, suffix = '', labels, value } of samples) {
    const family = byName.get(name) ?? emptyFamily(name);
    family.values.push({ value, labels, metricName: `${name}${suffix}` });
    byName.set(name, family);
  }
  return Object.keys(METRICS)
    .filter(isMetricName)
    .flatMap((name) => byName.get(name) ?? []);
}

function emptyFamily(name: MetricName): Family {
  const { help, type } = METRICS[name];
  return { name, help, type, aggregator: 'sum', values: [] };
}
