import test from 'ava';
import { type Counting, countMessage } from '../../../projections/metrics/count-event.ts';
import { MetricValues } from '../../../projections/metrics/metric-values.ts';
import { OpenWork } from '../../../projections/metrics/open-work.ts';
import { METRICS, type MetricName, type Sample } from '../../../schemas/metrics.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { historyNames, readHistory } from '../../support/recorded-history.ts';

const counting = (): Counting => ({
  values: new MetricValues(),
  open: new OpenWork(),
  kinds: new Set(['demo', 'line']),
});

async function counted(name: string): Promise<Sample[]> {
  const all = counting();
  for (const message of await readHistory(name)) {
    if (!message.subject.startsWith('schedules.')) countMessage(parseEvent(message), all);
  }
  return all.values.samples();
}

/** The value of a number by its labels' values. */
function numberOf(samples: readonly Sample[], name: MetricName, ...values: string[]): number {
  const found = samples.filter(
    (one) => one.name === name && Object.values(one.labels).join() === values.join(),
  );
  return found.at(-1)?.value ?? 0;
}

test('a conversation is counted: messages, turns, what was said, tool calls, processes', async (t) => {
  const samples = await counted('worked-example');
  t.is(numberOf(samples, 'orchestrator_messages_total', 'none'), 4);
  t.is(numberOf(samples, 'orchestrator_turns_total', 'demo', 'ended'), 4);
  t.is(numberOf(samples, 'orchestrator_responses_total', 'demo', 'answer'), 3);
  t.is(numberOf(samples, 'orchestrator_responses_total', 'demo', 'question'), 1);
  t.is(numberOf(samples, 'orchestrator_tool_calls_total', 'project.create'), 1);
  t.is(numberOf(samples, 'orchestrator_results_total', 'ok'), 1);
  t.is(numberOf(samples, 'orchestrator_runs_total', 'demo', 'ready'), 1);
  t.is(numberOf(samples, 'orchestrator_runs_total', 'demo', 'stopped'), 1);
  t.is(numberOf(samples, 'orchestrator_events_total', 'command.send'), 4);
});

test('times are counted from the message: to its agent, to the first word, to the end of its turn', async (t) => {
  const samples = await counted('worked-example');
  // As the history has them: 246 to 335, 949 to 996, 284 to 311 and 634 to 669 ms.
  const sumOf = (name: MetricName) =>
    samples.find((one) => one.name === name && one.suffix === '_sum')?.value ?? 0;
  const near = (name: MetricName, seconds: number) =>
    t.true(Math.abs(sumOf(name) - seconds) < 0.0005, `${name}: ${sumOf(name)}`);
  near('orchestrator_message_wait_seconds', 0.089 + 0.047 + 0.027 + 0.035);
  near('orchestrator_message_first_word_seconds', 0.7 + 0.331 + 0.346 + 0.529);
  near('orchestrator_message_end_seconds', 0.701 + 0.332 + 0.347 + 0.529);
  const buckets = samples.filter(
    ({ name, suffix }) => name === 'orchestrator_message_wait_seconds' && suffix === '_bucket',
  );
  t.is(buckets.find(({ labels }) => labels.le === '0.05')?.value, 3);
  t.is(buckets.find(({ labels }) => labels.le === '+Inf')?.value, 4);
});

test('a turn that fails is counted by its code, and a word after the end as refused', async (t) => {
  const samples = await counted('nudge-and-failure');
  t.is(numberOf(samples, 'orchestrator_turns_total', 'line', 'failed'), 1);
  const failures = samples.filter(({ name }) => name === 'orchestrator_turn_failures_total');
  t.deepEqual(
    failures.map(({ labels }) => labels.code),
    ['ORC_NO_ANSWER'],
  );
});

test('no number has an id for a label, and each has the labels that are declared', async (t) => {
  for (const name of historyNames()) {
    for (const { name: metric, labels } of await counted(name)) {
      const { le: _, ...own } = labels;
      t.deepEqual(Object.keys(own), [...METRICS[metric].labels], metric);
      for (const value of Object.values(own)) t.notRegex(value, /agent-[0-9a-f]{12}|[0-9]{4}/);
    }
  }
});

test('what is kept and read again counts on as if nothing had been', async (t) => {
  const messages = await readHistory('worked-example');
  const whole = await counted('worked-example');
  for (let cut = 0; cut <= messages.length; cut += 1) {
    let all = counting();
    for (const [index, message] of messages.entries()) {
      if (index === cut) {
        const { values, open } = JSON.parse(
          JSON.stringify({ values: all.values.kept(), open: all.open.kept() }),
        );
        all = { ...all, values: MetricValues.of(values), open: new OpenWork(open) };
      }
      if (!message.subject.startsWith('schedules.')) countMessage(parseEvent(message), all);
    }
    t.deepEqual(all.values.samples(), whole, `cut before the message ${cut}`);
  }
});
