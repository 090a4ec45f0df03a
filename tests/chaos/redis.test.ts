import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { RESPONSES_STREAM } from '../../schemas/redis/keys.ts';
import { foreignEntryOf } from '../../schemas/redis/response-entry.ts';
import { said } from '../core/log/events.ts';
import { createAgent } from '../support/commands.ts';
import { history, ofType } from '../support/history.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../support/nats.ts';
import { nodeEnvironment } from '../support/node-environment.ts';
import { programOf } from '../support/programs.ts';
import { random } from '../support/random.ts';
import { startTestRedis, type TestRedis, until } from '../support/redis.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 6);
const MAIN = programOf('redis');

const KILLS = ['adapter', 'redis', 'both', 'redis-memory', 'both-memory'] as const;

function startAdapter(nats: TestNats, redis: TestRedis, dataDir: string): ServiceProcess {
  const environment = {
    ...nodeEnvironment(),
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ORCHESTRATOR_DATA_DIR: dataDir,
    ORCHESTRATOR_REDIS_URL: redis.url,
    LOG_LEVEL: 'silent',
  };
  return new ServiceProcess({ main: MAIN, environment, logFd: 2 });
}

/** Agents of this system: what they say is in the log when it counts as said. */
async function talk(nats: TestNats, agents: readonly string[], signal: AbortSignal): Promise<void> {
  const one = async (agent: string) => {
    for (let nth = 1; !signal.aborted; nth += 1) {
      const time = new Date().toISOString();
      await nats.log.append({ ...said(`answer-${nth}`, `${nth}`, agent), time });
      await delay(15, undefined, { signal }).catch(() => undefined);
    }
  };
  await Promise.all(agents.map(one));
}

/** Older agents: what they say is in Redis when their script ends well. How many of each did. */
class OlderAgents {
  readonly said = new Map<string, string[]>();
  readonly #redis: TestRedis;

  constructor(redis: TestRedis) {
    this.#redis = redis;
  }

  async talk(agents: readonly string[], signal: AbortSignal): Promise<void> {
    const one = async (agent: string) => {
      for (let nth = 1; !signal.aborted; nth += 1) {
        const fields = ['agent_id', agent, 'type', 'answer', 'message', `${nth}`];
        const added = this.#redis.cli('XADD', RESPONSES_STREAM, '*', ...fields);
        const stored = await added.then(
          (id) => /^\d+-\d+\n$/.test(id),
          () => false,
        );
        if (stored) this.said.set(agent, [...(this.said.get(agent) ?? []), `${nth}`]);
        await delay(40, undefined, { signal }).catch(() => undefined);
      }
    };
    await Promise.all(agents.map(one));
  }
}

const textsBy = (pairs: readonly (readonly [agent: string, text: string])[]) =>
  Object.fromEntries(
    [...Map.groupBy(pairs, ([agent]) => agent)]
      .map(([agent, said]) => [agent, said.map(([, text]) => text)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );

const inLog = async (nats: TestNats) =>
  textsBy(
    ofType(await history(nats.log), 'response.answer').map(
      ({ subject, data }) => [subject.split('.')[1] ?? '', data.text] as const,
    ),
  );

const inRedis = async (redis: TestRedis) =>
  textsBy(
    (await redis.entries(RESPONSES_STREAM)).map(({ fields }) => {
      const { agent_id: agent = '', message = '' } = Object.fromEntries(fields);
      return [agent, message] as const;
    }),
  );

async function untilSame(t: ExecutionContext, nats: TestNats, redis: TestRedis, what: string) {
  const same = async () => {
    const [log, stream] = [await inLog(nats), await inRedis(redis)];
    return JSON.stringify(log) === JSON.stringify(stream) ? true : undefined;
  };
  try {
    await until(same, what, 60_000);
  } catch {
    const [log, stream] = [await inLog(nats), await inRedis(redis)];
    for (const agent of Object.keys(log)) {
      t.is((stream[agent] ?? []).join(' '), (log[agent] ?? []).join(' '), `${what}: ${agent}`);
    }
  }
}

test('kill -9 of the adapter and of Redis, with and without its memory, while ten agents talk: each response stands in Redis once and in order', async (t) => {
  t.timeout(120_000 + ROUNDS * 60_000);
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const nats = await startTestNats(t);
  const redis = await startTestRedis(t);
  const dataDir = await temporaryFolder(t);
  const agents = Array.from({ length: 7 }, newAgentId);
  const older = Array.from({ length: 3 }, newAgentId);
  for (const agent of [...agents, ...older]) await createAgent(nats.log, agent, 'cat');
  let adapter = startAdapter(nats, redis, dataDir);
  t.teardown(async () => {
    adapter.kill();
    await adapter.ended;
  });
  t.true(await adapter.ready);

  const stop = new AbortController();
  t.teardown(() => stop.abort());
  const olderAgents = new OlderAgents(redis);
  const talking = [talk(nats, agents, stop.signal), olderAgents.talk(older, stop.signal)];
  const kills: string[] = [];
  let memoryLost = false;
  for (let round = 1; round <= ROUNDS; round += 1) {
    const kill = KILLS[next(KILLS.length)] ?? 'adapter';
    kills.push(kill);
    await delay(next(1_500));
    const wipe = kill.endsWith('memory');
    memoryLost ||= wipe;
    if (kill !== 'adapter') await redis.kill({ wipe });
    if (!kill.startsWith('redis')) {
      adapter.kill();
      await adapter.ended;
    }
    await delay(next(500));
    if (kill !== 'adapter') await redis.start();
    if (!kill.startsWith('redis')) adapter = startAdapter(nats, redis, dataDir);
  }
  await delay(500);
  stop.abort();
  await Promise.all(talking);
  t.log(kills.join(', '));

  await untilSame(t, nats, redis, 'what is in Redis is what is in the log');
  const said = await inLog(nats);
  t.log(`${Object.values(said).flat().length} responses`);
  for (const agent of agents) {
    const all = said[agent] ?? [];
    t.deepEqual(
      all,
      all.map((_, index) => `${index + 1}`),
    );
    t.true(all.length > 0);
  }
  for (const agent of older) {
    const got = said[agent] ?? [];
    t.is(new Set(got).size, got.length, 'nothing of an older agent was read twice');
    t.deepEqual(
      got,
      got.toSorted((a, b) => Number(a) - Number(b)),
    );
    // What only Redis had when it lost its memory is nobody's to bring back.
    const lacking = (olderAgents.said.get(agent) ?? []).filter((text) => !got.includes(text));
    if (!memoryLost) t.deepEqual(lacking, [], 'everything that an older agent said was read');
  }
  const foreign = ofType(await history(nats.log), 'response.answer').filter(
    (event) => foreignEntryOf(event) !== undefined,
  );
  t.true(foreign.length > 0);
});
