import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { LogCounts } from '../../../projections/metrics/log-counts.ts';
import { AGENT, message } from '../../core/log/events.ts';
import { quiet } from '../../core/projection/folded-log.ts';
import { createAgent } from '../../support/commands.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';

const WITHIN_MS = 10_000;

async function counting(t: ExecutionContext) {
  const { log } = await startTestNats(t);
  const path = join(await temporaryFolder(t), 'metrics.json');
  const start = () => {
    const end = new AbortController();
    t.teardown(() => end.abort());
    const options = { log, logger: quiet, path, kinds: ['line'], signal: end.signal };
    return { counts: new LogCounts(options), end };
  };
  return { log, start };
}

const messages = async (counts: LogCounts) => {
  const samples = await counts.samples(WITHIN_MS);
  return samples.find(({ name }) => name === 'orchestrator_messages_total')?.value;
};

test('the log is counted up to its end, at every question, and on from there by the next process', async (t) => {
  const { log, start } = await counting(t);
  await createAgent(log, AGENT, 'cat');
  await log.append(message('m-1'));
  const first = start();
  t.is(await messages(first.counts), 1);
  await log.append(message('m-2'));
  t.is(await messages(first.counts), 2);
  await first.counts.save();
  first.end.abort();

  await log.append(message('m-3'));
  const second = start();
  t.is(await messages(second.counts), 3, 'each is counted once');
});

test('what nobody has asked for is not written down', async (t) => {
  const { log, start } = await counting(t);
  await log.append(message('m-1'));
  const { counts } = start();
  await counts.save();
  t.is(await messages(start().counts), 1);
});
