import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { z } from 'zod';
import { runProgram } from '../../bootstrap/run-program.mjs';
import { isMetricName, METRICS } from '../../schemas/metrics.ts';
import { promtool } from '../support/promtool.ts';

const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');
const RULES = join(DEPLOY, 'prometheus', 'alerts.yml');

const rulesFile = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
});
const dashboard = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).min(1) }),
  ),
});

const program = await promtool().catch((error: unknown) => {
  // There nothing is left out.
  if (process.env.CI === 'true') throw error;
  return undefined;
});
const withPromtool = program === undefined ? test.skip : test;

test('promtool is there, or it is said what is left out without it', (t) => {
  if (program === undefined) t.log('skipped: the alert rules, since there is no promtool');
  t.pass();
});

async function checked(args: readonly string[]) {
  if (program === undefined) throw new Error('there is no promtool');
  return runProgram(program, [...args]);
}

withPromtool('the alerts are rules of Prometheus, and its configuration is one', async (t) => {
  const { ok, stdout, stderr } = await checked(['check', 'rules', RULES]);
  t.true(ok, stdout + stderr);
  const config = join(DEPLOY, 'prometheus', 'prometheus.yml');
  const configured = await checked(['check', 'config', config]);
  t.true(configured.ok, configured.stdout + configured.stderr);
});

withPromtool('the alerts ring where they should, and nowhere else', async (t) => {
  const cases = join(import.meta.dirname, 'alerts.cases.yml');
  const { ok, stdout, stderr } = await checked(['test', 'rules', cases]);
  t.true(ok, stdout + stderr);
});

/** The numbers that an expression reads, by their names in {@link METRICS}. */
function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\borchestrator_\w+/g)].map(([name]) => {
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const isPart = isMetricName(family) && METRICS[family].type === 'histogram';
    return isPart && family !== name ? family : name;
  });
}

async function expressions(): Promise<{ where: string; expr: string }[]> {
  const { groups } = rulesFile.parse(parse(await readFile(RULES, 'utf8')));
  const text = await readFile(join(DEPLOY, 'grafana', 'orchestrator.json'), 'utf8');
  const { panels } = dashboard.parse(JSON.parse(text));
  return [
    ...groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => ({ where: alert, expr }))),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ where: title, expr }))),
  ];
}

test('every number of the alerts and the dashboard is one that there is, with labels that it has', async (t) => {
  const all = await expressions();
  t.true(all.length > 40);
  for (const { where, expr } of all) {
    const metrics = metricsIn(expr);
    t.true(metrics.length > 0, where);
    for (const name of metrics) t.true(isMetricName(name), `${where}: ${name}`);
    for (const [, name = '', selectors = ''] of expr.matchAll(/(orchestrator_\w+)\{([^}]*)\}/g)) {
      const labels = [...selectors.matchAll(/(\w+)\s*(?:=|!)/g)].map(([, label = '']) => label);
      const declared: readonly string[] = isMetricName(name) ? METRICS[name].labels : [];
      for (const label of labels) t.true(declared.includes(label), `${where}: ${name}{${label}}`);
    }
  }
});

test('every number has a place on the dashboard or in an alert', async (t) => {
  const shown = new Set((await expressions()).flatMap(({ expr }) => metricsIn(expr)));
  const besides = ['orchestrator_stream_messages', 'orchestrator_stream_sequence'];
  const others = Object.keys(METRICS).filter((name) => !shown.has(name));
  t.deepEqual(others.sort(), [
    'orchestrator_fold_sequence',
    'orchestrator_process_heap_bytes',
    ...besides,
  ]);
});
