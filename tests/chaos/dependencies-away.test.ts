import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DiscardPolicy } from '@nats-io/jetstream';
import test from 'ava';
import { askHealth } from '../../platform/service/ask-health.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { COMMANDS_STREAM, RESPONSES_STREAM } from '../../schemas/redis/keys.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { cuttingProxy } from '../support/docker/cutting-proxy.ts';
import { settled } from '../support/docker/engine.ts';
import { privateEngine } from '../support/docker/private-engine.ts';
import { untilEvent } from '../support/history.ts';
import { killAll, processesWith } from '../support/process-tree.ts';
import { startTestRedis, type TestRedis, until } from '../support/redis.ts';
import { startSystem, type TestSystem } from '../support/system.ts';
import { ANN, botEnvironment } from '../support/telegram/bot-system.ts';
import {
  type Fault,
  startTelegram,
  type TelegramServer,
} from '../support/telegram/telegram-server.ts';
import { assertQuiet, RECOVERY_MS, SECONDS } from './quiet.ts';
import { LoadMeter } from './service-load.ts';

interface World {
  system: TestSystem;
  telegram: TelegramServer;
  redis: TestRedis;
}

/** Takes something away; what is returned brings it back. */
type Outage = (world: World) => Promise<() => Promise<void> | void>;

async function natsPid({ system }: World): Promise<number> {
  return Number(await readFile(join(system.dataDir, 'nats', 'nats.pid'), 'utf8'));
}

const telegramFails =
  (fault: Fault, of: RegExp = /./): Outage =>
  async ({ telegram }) => {
    telegram.fault = ({ method }) => (of.test(method) ? fault : undefined);
    return () => {
      telegram.fault = () => undefined;
    };
  };

const OUTAGES: Readonly<Record<string, Outage>> = {
  'nats-server away': async (world) => {
    // Its supervisor would have it back at once.
    process.kill(world.system.pid, 'SIGSTOP');
    killAll([await natsPid(world)]);
    return () => void process.kill(world.system.pid, 'SIGCONT');
  },
  'nats-server silent': async (world) => {
    const pid = await natsPid(world);
    process.kill(pid, 'SIGSTOP');
    return () => void process.kill(pid, 'SIGCONT');
  },
  'a full log': async ({ system }) => {
    const jsm = await (await system.connection()).jsm();
    const log = await system.log();
    const agent = newAgentId();
    await createAgent(log, agent, 'sleep 1000');
    const isReady = ({ type, subject }: { type: string; subject: string }) =>
      type === 'process.ready' && subject.includes(agent);
    await untilEvent(log, isReady);
    const { state, config } = await jsm.streams.info('EVENTS');
    await jsm.streams.update('EVENTS', {
      ...config,
      max_bytes: state.bytes,
      discard: DiscardPolicy.New,
    });
    // Its end has to be stated, and cannot be.
    killAll(processesWith(agent));
    return async () => {
      await jsm.streams.update('EVENTS', config);
    };
  },
  'Redis away': async ({ redis }) => {
    await redis.kill();
    return () => redis.start();
  },
  'Redis silent': async ({ redis }) => {
    const { pid } = redis;
    process.kill(pid, 'SIGSTOP');
    return () => void process.kill(pid, 'SIGCONT');
  },
  'Telegram 401': telegramFails({ kind: 'answer', code: 401, description: 'Unauthorized' }),
  // Of two pollers of one bot; other calls are not refused so.
  'Telegram 409': telegramFails(
    { kind: 'answer', code: 409, description: 'Conflict' },
    /getUpdates/,
  ),
  'Telegram 500': telegramFails({ kind: 'answer', code: 500, description: 'Internal' }),
  'Telegram 502 of a proxy': telegramFails({ kind: 'html', status: 502, done: false }),
};

/** What a person says comes to the agent, the answer to the chat and to Redis. */
async function assertWorks({ telegram, redis }: World, said: string): Promise<void> {
  const answered = () => telegram.api.texts(ANN).some((text) => text.includes(said));
  await telegram.until(answered, `the answer to ${said}`, RECOVERY_MS);
  await until(async () => {
    const entries = await redis.entries(RESPONSES_STREAM);
    return entries.some(({ fields }) => JSON.stringify(fields).includes(said)) || undefined;
  }, `${said} in Redis`);
}

test('whatever a service depends on is away: it waits quietly, and goes on afterwards', async (t) => {
  t.timeout(120_000 + Object.keys(OUTAGES).length * (SECONDS * 1_000 + RECOVERY_MS));
  const [telegram, redis] = [await startTelegram(t), await startTestRedis(t)];
  const env = botEnvironment(telegram, { ORCHESTRATOR_REDIS_URL: redis.url });
  const system = await startSystem(t, { env });
  const world = { system, telegram, redis };
  telegram.api.say(ANN, 'first words');
  await assertWorks(world, 'first words');
  for (const [what, outage] of Object.entries(OUTAGES)) {
    // Nobody knows this older command: it has to be replied, by whoever is not away.
    await redis.cli('XADD', COMMANDS_STREAM, '*', 'data', '{"command":"status"}');
    const back = await outage(world);
    const meter = new LoadMeter(system);
    try {
      telegram.api.say(ANN, `during ${what}`);
      await delay(SECONDS * 1_000);
      assertQuiet(t, what, meter);
    } finally {
      await back();
    }
    await assertWorks(world, `during ${what}`);
    telegram.api.say(ANN, `after ${what}`);
    await assertWorks(world, `after ${what}`);
  }
});

test('the Docker engine is away: the spawner waits quietly, and goes on afterwards', async (t) => {
  t.timeout(240_000 + SECONDS * 1_000 + RECOVERY_MS);
  const engine = await privateEngine(t);
  if (engine === undefined) return t.log('skipped: no Docker engine of its own');
  const proxy = await cuttingProxy(t, engine);
  const env = {
    ORCHESTRATOR_RUNTIME: 'docker',
    ORCHESTRATOR_DOCKER_HOST: proxy.host,
    ORCHESTRATOR_WORKER_IMAGE: engine.image,
    ORCHESTRATOR_AGENT_NETWORK: 'host',
  };
  const system = await startSystem(t, { env });
  const log = await system.log();
  const [agent, another] = [newAgentId(), newAgentId()];
  const echo =
    'while IFS= read -r message; do echo "$message"; orchestrator answer "$message"; done';
  const answered = (id: string) =>
    untilEvent(
      log,
      (event) => event.type === 'turn.ended' && event.correlationId === id,
      AbortSignal.timeout(RECOVERY_MS),
    );
  // A turn that waits for the engine does not run out of its own time.
  const patient = { turnDeadlineMs: 3_600_000 };
  await createAgent(log, agent, echo, patient);
  await sendMessage(log, agent, 'before', 'before');
  await answered('before');
  proxy.away = true;
  const meter = new LoadMeter(system);
  // A message that cannot be handed over, and an agent that cannot be started.
  await sendMessage(log, agent, 'during', 'during');
  await createAgent(log, another, echo, patient);
  await sendMessage(log, another, 'to another', 'hello');
  await delay(SECONDS * 1_000);
  assertQuiet(t, 'Docker engine away', meter);
  const { nc } = await system.connection();
  const engineIs = async () => {
    const services = await askHealth(nc, { expected: ['spawner'] });
    return services.flatMap(({ checks }) => checks).find(({ name }) => name === 'docker')?.ok;
  };
  t.is(await engineIs(), false, 'health says so');
  proxy.away = false;
  await answered('during');
  t.true(await settled(async () => (await engineIs()) === true, RECOVERY_MS));
});
