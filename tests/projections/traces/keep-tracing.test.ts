import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { EventLog } from '../../../core/log/event-log.ts';
import { Health } from '../../../platform/service/health.ts';
import { OtlpExporter } from '../../../platform/traces/otlp-exporter.ts';
import { keepTracing } from '../../../projections/traces/keep-tracing.ts';
import type { EventType } from '../../../schemas/event-catalogue.ts';
import { spanIdOf, traceIdOf } from '../../../schemas/trace-context.ts';
import { SCHEMA_URL } from '../../../schemas/trace-span.ts';
import { runHere } from '../../cli/run-here.ts';
import { quiet } from '../../core/projection/folded-log.ts';
import { history } from '../../support/history.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../../support/nats.ts';
import { attributesOf, type OtlpSpan, startCollector } from '../../support/otlp-collector.ts';
import { environment } from '../../support/system.ts';
import { AGENT, appendAll, liveAgent, messageEvents } from './traced-message.ts';

type Collector = Awaited<ReturnType<typeof startCollector>>;

async function tracing(t: ExecutionContext) {
  const nats = await startTestNats(t);
  const collector = await startCollector(t);
  const path = join(await temporaryFolder(t), 'traces.json');
  const start = async (log: EventLog) => {
    const end = new AbortController();
    const health = new Health();
    const headers = { 'x-key': 'secret' };
    const exporter = new OtlpExporter({ endpoint: collector.endpoint, headers });
    const { promise: begun, resolve: started } = Promise.withResolvers<void>();
    const own = { exporter, path, signal: end.signal, started };
    const ended = keepTracing({ log, logger: quiet, health, ...own });
    const stop = async () => {
      end.abort();
      await ended;
      await exporter.close();
    };
    t.teardown(stop);
    await begun;
    return { stop, health };
  };
  return { nats, log: nats.log, collector, start };
}

const named = ({ spans }: Collector, name: string): OtlpSpan => {
  const found = spans.find((span) => span.name === name);
  if (found === undefined) throw new Error(`there is no span ${name}`);
  return found;
};

const delivered = (collector: Collector, count: number) => () =>
  collector.spans.filter(({ name }) => name === 'deliver telegram').length >= count;

/** As OTLP has the time of the one event of a type. */
async function timeOf(log: EventLog, type: EventType): Promise<string> {
  const event = (await history(log)).find((one) => one.type === type);
  return `${Date.parse(event?.time ?? '')}000000`;
}

test('a collector gets one whole tree of a message, also where its turn outlived who sends', async (t) => {
  const { log, collector, start } = await tracing(t);
  const first = await start(log);
  await liveAgent(log);
  const events = messageEvents('tg-1-1');
  await appendAll(log, events.first);
  await collector.until(() => collector.spans.some(({ name }) => name === 'wait for the agent'));
  await first.stop();
  await appendAll(log, events.rest);
  await start(log);
  await collector.until(delivered(collector, 1));

  const traceId = traceIdOf('tg-1-1');
  const tree = collector.spans.filter((span) => span.traceId === traceId);
  const root = named(collector, 'message telegram');
  const wait = named(collector, 'wait for the agent');
  const turn = named(collector, 'invoke_agent mender');
  const delivery = named(collector, 'deliver telegram');
  const tools = tree.filter(({ name }) => name === 'execute_tool deploy.trigger');
  const call = tools.find(({ spanId }) => spanId === spanIdOf('tool', `${AGENT}_call-tg-1-1`));
  const job = tools.find(({ spanId }) => spanId === spanIdOf('job', 'job_tg-1-1'));
  t.is(tree.length, 6);
  t.is(root.parentSpanId, undefined);
  for (const below of [wait, turn, delivery]) t.is(below.parentSpanId, root.spanId, below.name);
  t.is(call?.parentSpanId, turn.spanId);
  t.is(job?.parentSpanId, call?.spanId);

  t.deepEqual([root.kind, turn.kind, delivery.kind], [2, 1, 4]);
  t.is(root.startTimeUnixNano, await timeOf(log, 'command.send'));
  t.is(wait.endTimeUnixNano, await timeOf(log, 'process.delivered'));
  t.is(turn.startTimeUnixNano, await timeOf(log, 'turn.started'));
  t.is(turn.endTimeUnixNano, await timeOf(log, 'turn.ended'));
  t.is(job?.startTimeUnixNano, await timeOf(log, 'job.requested'));
  t.is(job?.endTimeUnixNano, await timeOf(log, 'job.completed'));
  t.is(delivery.endTimeUnixNano, await timeOf(log, 'delivery.confirmed'));
  t.like(attributesOf(turn), {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.agent.id': AGENT,
    'gen_ai.agent.name': 'mender',
  });
  t.deepEqual(
    turn.events.map(({ name }) => name),
    ['answer'],
  );
  t.like(job && attributesOf(job), {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'deploy.trigger',
    'gen_ai.tool.call.id': `${AGENT}_call-tg-1-1`,
    'orchestrator.job.id': 'job_tg-1-1',
  });
  t.like(attributesOf(delivery), { 'messaging.system': 'telegram', 'messaging.message.id': '77' });
  t.deepEqual([...collector.schemas], [SCHEMA_URL]);
  t.true(collector.headers.every((one) => one['x-key'] === 'secret'));
  t.notRegex(JSON.stringify(collector.spans), /hello there|it is deployed/);
});

test('what a collector refuses is told, kept, and sent when it takes it again', async (t) => {
  const { log, collector, start } = await tracing(t);
  const { health } = await start(log);
  await liveAgent(log);
  collector.state.refuses = true;
  const events = messageEvents('tg-1-2');
  await appendAll(log, [...events.first, ...events.rest]);
  await collector.until(() => collector.state.refused > 0);
  collector.state.refuses = false;
  await collector.until(delivered(collector, 1));
  t.is(named(collector, 'message telegram').traceId, traceIdOf('tg-1-2'));
  t.true(
    health.checks().every(({ ok }) => ok),
    'a collector that is away is no reason to be unwell',
  );
});

const operator = ({ dataDir, url, operatorCreds }: TestNats, own: Record<string, string> = {}) =>
  environment(dataDir, { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds, ...own });

test('the log of last week is sent by hand, under the same ids however often', async (t) => {
  const { nats, log, collector } = await tracing(t);
  await liveAgent(log);
  for (const id of ['tg-1-3', 'tg-1-4']) {
    const { first, rest } = messageEvents(id);
    await appendAll(log, [...first, ...rest]);
  }
  const env = operator(nats, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
  const ran = await runHere(['traces', '--from', '7d'], env);
  t.is(ran.stderr, '');
  t.is(ran.stdout, `13 spans sent to ${collector.endpoint}\n`);
  const once = structuredClone(collector.spans);
  await runHere(['traces'], env);
  t.deepEqual(collector.spans, [...once, ...once]);

  const second = (await history(log)).find(({ id }) => id === 'tg-1-4')?.sequence ?? 0;
  const shown = async (...range: string[]) =>
    (await runHere(['traces', '--json', ...range], operator(nats))).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).traceId);
  t.deepEqual([...new Set(await shown('--from', String(second)))], [traceIdOf('tg-1-4')]);
  const before = await shown('--to', String(second - 1));
  t.true(before.includes(traceIdOf('tg-1-3')) && !before.includes(traceIdOf('tg-1-4')));
});

test('without a collector, or with one that is not there, there is one line and its cure', async (t) => {
  const { nats, log } = await tracing(t);
  await liveAgent(log);
  t.regex((await runHere(['traces'], operator(nats))).stderr, /ORC_SETTINGS: OTEL_.* is not set/);
  const env = operator(nats, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const { code, stderr } = await runHere(['traces'], env);
  t.is(code, 1);
  t.regex(
    stderr,
    /^orchestrator: ORC_NOT_REACHABLE: http:\/\/127\.0\.0\.1:9 did not take the spans/,
  );
});
