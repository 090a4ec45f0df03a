import test from 'ava';
import type { Held } from './probe.ts';
import type { Sample } from './samples.ts';
import { verdicts } from './verdict.ts';

const MIB = 1024 ** 2;

const HELD: Held = {
  heap: 20 * MIB,
  external: MIB,
  rss: 100 * MIB,
  descriptors: 30,
  resources: { Timeout: 3 },
  promises: 500,
  emitters: 80,
  targets: 10,
  listeners: 50,
  most: [4, 'process newListener'],
};

/** An hour, with a sample each half minute. */
const hour = (held: (minutes: number) => Partial<Held>): Sample[] =>
  Array.from({ length: 120 }, (_, index) => {
    const minutes = index / 2;
    const services = { spawner: { ...HELD, ...held(minutes) } };
    return { minutes, messages: 0, endedAgents: 0, sequence: 0, services, servers: {} };
  });

const leaks = (samples: readonly Sample[]) => verdicts(samples)[0]?.leaks;

test('what only fluctuates, and what grows while everything warms up, is no leak', (t) => {
  const noisy = (minutes: number) => ({
    heap: 20 * MIB + (minutes % 3) * 100_000 + (minutes < 10 ? minutes * MIB : 0),
    descriptors: 30 + (minutes % 2),
    promises: 500 + (minutes % 7),
  });
  t.deepEqual(leaks(hour(noisy)), []);
});

test('what is held less and less is no leak', (t) => {
  t.deepEqual(leaks(hour((minutes) => ({ listeners: 60 - minutes / 6 }))), []);
});

test('one listener more for each agent that ends is a leak, and so is a descriptor an hour', (t) => {
  t.deepEqual(leaks(hour((minutes) => ({ listeners: 50 + Math.floor(minutes) }))), ['listeners']);
  t.deepEqual(leaks(hour((minutes) => ({ descriptors: 30 + minutes / 45 }))), ['descriptors']);
});

test('a heap that grows by a tenth in an hour is a leak, and by a fiftieth it is none', (t) => {
  const growing = (share: number) =>
    hour((minutes) => ({ heap: 20 * MIB * (1 + (minutes / 60) * share) }));
  t.deepEqual(leaks(growing(0.1)), ['heap']);
  t.deepEqual(leaks(growing(0.02)), []);
});
