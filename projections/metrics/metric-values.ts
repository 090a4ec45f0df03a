import { z } from 'zod';
import {
  BUCKETS,
  type HistogramName,
  isMetricName,
  type Labels,
  METRICS,
  type MetricName,
  type NumberName,
  type Sample,
} from '../../schemas/metrics.ts';

const labelValues = z.array(z.string());

/** As it is kept in a file: label values in the order of the declaration. */
export const keptValues = z.object({
  numbers: z.array(z.tuple([z.string(), labelValues, z.number()])),
  histograms: z.array(
    z.tuple([z.string(), labelValues, z.array(z.int().nonnegative()), z.number()]),
  ),
});
export type KeptValues = z.infer<typeof keptValues>;

interface Series<V> {
  name: MetricName;
  values: readonly string[];
  value: V;
}

interface Distribution {
  /** How many were at most each bound, and above the one before; the last of them above all. */
  counts: number[];
  sum: number;
}

/** Counters and histograms of {@link METRICS}, by their labels. */
export class MetricValues {
  readonly #numbers = new Map<string, Series<number>>();
  readonly #histograms = new Map<string, Series<Distribution>>();

  static of({ numbers, histograms }: KeptValues): MetricValues {
    const all = new MetricValues();
    for (const [name, values, value] of numbers) {
      if (isMetricName(name)) all.#numbers.set(keyOf(name, values), { name, values, value });
    }
    for (const [name, values, counts, sum] of histograms) {
      if (!isMetricName(name)) continue;
      all.#histograms.set(keyOf(name, values), { name, values, value: { counts, sum } });
    }
    return all;
  }

  /** @param values of the labels, in the order in which they are declared */
  add(name: NumberName, values: readonly string[] = [], value = 1): void {
    const series = at(this.#numbers, name, values, () => 0);
    series.value += value;
  }

  /** @param values of the labels, in the order in which they are declared */
  observe(name: HistogramName, values: readonly string[], seconds: number): void {
    const { value } = at(this.#histograms, name, values, none);
    const bucket = BUCKETS.findIndex((bound) => seconds <= bound);
    const index = bucket === -1 ? BUCKETS.length : bucket;
    value.counts[index] = (value.counts[index] ?? 0) + 1;
    value.sum += seconds;
  }

  samples(): Sample[] {
    const numbers = [...this.#numbers.values()].map(
      ({ name, values, value }): Sample => ({ name, labels: labelsOf(name, values), value }),
    );
    return [...numbers, ...[...this.#histograms.values()].flatMap(distributionSamples)];
  }

  kept(): KeptValues {
    return {
      numbers: [...this.#numbers.values()].map(({ name, values, value }) => [
        name,
        [...values],
        value,
      ]),
      histograms: [...this.#histograms.values()].map(({ name, values, value }) => [
        name,
        [...values],
        value.counts,
        value.sum,
      ]),
    };
  }
}

const none = (): Distribution => ({ counts: Array(BUCKETS.length + 1).fill(0), sum: 0 });

const keyOf = (name: MetricName, values: readonly string[]): string => [name, ...values].join('\0');

function at<V>(
  series: Map<string, Series<V>>,
  name: MetricName,
  values: readonly string[],
  first: () => V,
): Series<V> {
  const key = keyOf(name, values);
  const known = series.get(key);
  if (known !== undefined) return known;
  const fresh = { name, values, value: first() };
  series.set(key, fresh);
  return fresh;
}

const labelsOf = (name: MetricName, values: readonly string[]): Labels =>
  Object.fromEntries(METRICS[name].labels.map((label, index) => [label, values[index] ?? '']));

/** As Prometheus has it: each bucket counts those before it, too. */
function distributionSamples({ name, values, value }: Series<Distribution>): Sample[] {
  const labels = labelsOf(name, values);
  let count = 0;
  const buckets = value.counts.map((more, index): Sample => {
    count += more;
    const le = index < BUCKETS.length ? String(BUCKETS[index]) : '+Inf';
    return { name, suffix: '_bucket', labels: { ...labels, le }, value: count };
  });
  return [
    ...buckets,
    { name, suffix: '_sum', labels, value: value.sum },
    { name, suffix: '_count', labels, value: count },
  ];
}
