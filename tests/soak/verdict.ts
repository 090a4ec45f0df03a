import { type Fitted, fitted } from './fitted.ts';
import type { Held } from './probe.ts';
import type { Sample } from './samples.ts';

/** Code is compiled, pools and caches fill: what is held in the first minutes says nothing. */
const WARM_UP_MINUTES = 10;

/** What the heap may grow by in an hour, with what the folded state takes for agents that have ended. */
const HEAP_AN_HOUR = 0.05;
/** What the number of promises may grow by: some wait for something at any moment. */
const PROMISES = 0.02;

type Figure =
  | 'heap'
  | 'descriptors'
  | 'handles'
  | 'listeners'
  | 'emitters'
  | 'targets'
  | 'promises';

export interface ServiceVerdict {
  service: string;
  figures: Record<Figure, Fitted>;
  /** The figures that are not flat. */
  leaks: Figure[];
  /** Of all samples, on one object. */
  most: Held['most'];
}

/** Those samples that count: what comes before is warming up. */
export function settled(samples: readonly Sample[]): readonly Sample[] {
  const minutes = samples.at(-1)?.minutes ?? 0;
  const from = Math.min(WARM_UP_MINUTES, minutes / 3);
  return samples.filter((sample) => sample.minutes >= from);
}

/** Judges by the line of least squares through what each service held. Pure. */
export function verdicts(samples: readonly Sample[]): ServiceVerdict[] {
  const counted = settled(samples);
  return Object.keys(samples[0]?.services ?? {}).map((service) => {
    const line = (of: (held: Held) => number) =>
      fitted(
        counted.flatMap((sample) => {
          const held = sample.services[service];
          return held === undefined ? [] : [[sample.minutes, of(held)] as const];
        }),
      );
    const figures: ServiceVerdict['figures'] = {
      heap: line(({ heap }) => heap),
      descriptors: line(({ descriptors }) => descriptors),
      handles: line(({ resources }) => Object.values(resources).reduce((sum, n) => sum + n, 0)),
      listeners: line(({ listeners }) => listeners),
      emitters: line(({ emitters }) => emitters),
      targets: line(({ targets }) => targets),
      promises: line(({ promises }) => promises),
    };
    const held = samples.flatMap(({ services }) => services[service] ?? []);
    const most = held.map((one) => one.most).toSorted(([a], [b]) => b - a)[0] ?? [0, ''];
    const names = Object.keys(figures) as Figure[];
    const leaks = names.filter((name) => !isFlat(name, figures[name]));
    return { service, figures, leaks, most };
  });
}

function isFlat(name: Figure, { first, last, slope }: Fitted): boolean {
  // What is held less and less, such as the connections of a burst, is no leak.
  const change = last - first;
  switch (name) {
    case 'heap':
      return slope * 60 < first * HEAP_AN_HOUR;
    case 'promises':
      return change < first * PROMISES;
    default:
      // One more, for good, is a leak; a sample that met one more is none.
      return change < 1;
  }
}
