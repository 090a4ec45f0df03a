import test from 'ava';
import { processSamples } from '../../../projections/metrics/process-samples.ts';
import type { ServiceMetrics } from '../../../schemas/metrics.ts';

const ENDS = { all: 50, saidAndDone: 42 };

const foldedUpTo = (service: string, value: number): ServiceMetrics => ({
  service,
  node: 'main',
  samples: [{ name: 'orchestrator_fold_sequence', labels: {}, value }],
});

const lagOf = (of: ServiceMetrics) =>
  processSamples(of, ENDS).find(({ name }) => name === 'orchestrator_fold_lag_events');

test('how far a fold is behind is counted from the end of what it reads', (t) => {
  const labels = { service: 'spawner', node: 'main' };
  t.deepEqual(lagOf(foldedUpTo('spawner', 42)), {
    name: 'orchestrator_fold_lag_events',
    labels,
    value: 8,
  });
  t.is(lagOf(foldedUpTo('bot', 40))?.value, 2);
});

test('a bot that was told everything is not behind, whatever the ledger of its deliveries says after that', (t) => {
  t.is(lagOf(foldedUpTo('bot', 42))?.value, 0);
});

test('who was asked first and has gone on meanwhile is not ahead', (t) => {
  t.is(lagOf(foldedUpTo('spawner', 51))?.value, 0);
});
