import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { AGENT } from '../core/log/events.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../support/nats.ts';
import { nodeEnvironment } from '../support/node-environment.ts';
import { programOf } from '../support/programs.ts';
import { stateRunning } from './http/support/serving-api.ts';

const MAIN = programOf('projections');

/** The process as `npm start` runs it. */
function startProjections(
  t: ExecutionContext,
  nats: TestNats,
  dataDir: string,
  own: Record<string, string> = {},
): ServiceProcess {
  const environment = {
    ...nodeEnvironment(),
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ORCHESTRATOR_DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...own,
  };
  const running = new ServiceProcess({ main: MAIN, environment, logFd: 2 });
  t.teardown(async () => {
    running.kill();
    await running.ended;
  });
  return running;
}

test('the process serves what the log says, ends when it is asked to, and goes on from its checkpoint', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  const views = new ViewsClient(nats.connection.nc);
  await createAgent(nats.log, AGENT, 'cat');
  const first = startProjections(t, nats, dataDir);
  t.true(await first.ready);
  const before = await views.request('hash', { atLeast: 1 });
  t.like(await first.stop(30_000), { code: 0, signal: null });
  const checkpoint = await readFile(join(dataDir, 'snapshots', 'system.jsonl'), 'utf8');
  t.true(checkpoint.includes(AGENT));

  const { nc } = nats.connection;
  const beats = nc.subscribe(`agents.hb.*.*.${AGENT}`, { max: 1, timeout: 60_000 });
  const second = startProjections(t, nats, dataDir, { ORCHESTRATOR_AGENT_PROTOCOL: 'on' });
  t.true(await second.ready);
  t.deepEqual(await views.request('hash', { atLeast: 1 }), before);
  await sendMessage(nats.log, AGENT, 'm-1', 'hello');
  const { agents } = await views.request('agents', { atLeast: 2 });
  t.is(agents[0]?.queued, 1);

  // Where it is wanted, whoever takes messages is there for clients of the agent protocol.
  await stateRunning(nats, AGENT);
  for await (const beat of beats) t.is(beat.subject, `agents.hb.line.orchestrator.${AGENT}`);
});

test('a process that is killed is started again and serves the same', async (t) => {
  const nats = await startTestNats(t);
  const dataDir = await temporaryFolder(t);
  const views = new ViewsClient(nats.connection.nc);
  await createAgent(nats.log, AGENT, 'cat');
  const first = startProjections(t, nats, dataDir);
  t.true(await first.ready);
  const before = await views.request('hash', {});
  first.kill();
  await first.ended;
  const second = startProjections(t, nats, dataDir);
  t.true(await second.ready);
  t.deepEqual(await views.request('hash', {}), before);
});

test('a process whose log is gone ends, instead of serving a state that stands still', async (t) => {
  const nats = await startTestNats(t);
  const running = startProjections(t, nats, await temporaryFolder(t));
  t.true(await running.ready);
  await (await nats.connection.jsm()).streams.delete('EVENTS');
  const { code, line } = await running.ended;
  t.is(code, 1);
  t.regex(line ?? '', /^ORC_NO_STREAM: /);
});
