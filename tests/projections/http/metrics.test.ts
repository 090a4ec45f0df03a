import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { isMetricName, METRICS } from '../../../schemas/metrics.ts';
import { killAll, serviceProcesses } from '../../support/process-tree.ts';
import { systemOfFile } from '../../support/system-of-file.ts';
import { ApiClient } from './support/api-client.ts';

const sharedSystem = systemOfFile();

const WAIT = { prefer: 'wait=60' };

/** Of the numbers of a small system these have nothing to tell. */
const SILENT = new Set([
  'orchestrator_commands_rejected_total',
  'orchestrator_turn_failures_total',
  'orchestrator_tool_calls_total',
  'orchestrator_results_total',
  'orchestrator_jobs_total',
  'orchestrator_deliveries_total',
  'orchestrator_delivery_seconds',
  'orchestrator_events_refused_total',
  'orchestrator_log_appends_total',
  // Nor has it a shadow (tests/spawner/shadow.test.ts).
  'orchestrator_shadow_decisions_total',
  'orchestrator_shadow_differences_total',
]);

async function metrics(api: ApiClient): Promise<string> {
  const response = await api.fetch('metrics');
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

/** The value of a line. */
const numberOf = (text: string, series: string): number | undefined => {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
};

/** Asks until a line has a value: what it tells may be a second old, and a service may be down. */
async function untilValue(api: ApiClient, series: string, value: number): Promise<string> {
  for (;;) {
    const text = await metrics(api).catch(() => '');
    if (numberOf(text, series) === value) return text;
    await delay(200);
  }
}

const TURNS = 'orchestrator_turns_total{kind="demo",outcome="ended"}';

test('all numbers of all services are at one address, with no id among their labels', async (t) => {
  const system = await sharedSystem();
  const api = await ApiClient.of(system);
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const send = { params: { agent: created.agentId }, body: { text: 'hello' }, headers: WAIT };
  await api.ask('sendMessage', send);
  await untilValue(api, TURNS, 1);
  // The event loop is measured from the first question on.
  const delay = 'orchestrator_event_loop_delay_seconds{service="spawner"';
  let text = '';
  while (!text.includes(delay)) text = await metrics(api);

  const told = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
  t.true(told.every(isMetricName), told.join());
  const missing = Object.keys(METRICS).filter((name) => !told.includes(name) && !SILENT.has(name));
  t.deepEqual(missing, []);
  t.notRegex(text, /agent-[0-9a-f]{12}/);
  for (const service of ['projections', 'spawner']) {
    t.is(numberOf(text, `orchestrator_service_up{service="${service}"}`), 1);
    t.is(numberOf(text, `orchestrator_fold_lag_events{service="${service}",node="main"}`) ?? 0, 0);
  }
  for (const part of ['log', 'state', 'streams', 'leases', 'processes']) {
    t.is(numberOf(text, `orchestrator_part_up{part="${part}"}`), 1, part);
  }
  t.is(numberOf(text, 'orchestrator_leases{state="serving"}'), 1);
  t.true((numberOf(text, 'orchestrator_log_lines_total') ?? 0) > 0);
});

test('counters of the log are the same after a kill -9 of who counts; its restart is one of them', async (t) => {
  const system = await sharedSystem();
  const api = await ApiClient.of(system);
  const before = await metrics(api);
  const turns = numberOf(before, TURNS) ?? 0;
  const projections = serviceProcesses(system.pid).filter(
    ({ service }) => service === 'projections',
  );
  killAll(projections.map(({ pid }) => pid));
  const restarts = (text: string) =>
    text
      .split('\n')
      .find((line) => line.startsWith('orchestrator_process_restarts_total{service="projections"'));
  let after = '';
  while (!restarts(after)?.endsWith(' 1')) {
    after = await metrics(api).catch(() => '');
    await delay(100);
  }
  t.is(numberOf(await untilValue(api, TURNS, turns), TURNS), turns);
});
