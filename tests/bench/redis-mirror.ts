import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { startTestRedis, type TestRedis, until } from '../support/redis.ts';
import { Cleanup, median, memoryOf, round } from './measure.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'projections', 'redis', 'main.ts');
const AGENTS = 10;
const BACKLOG = 200_000;
const RATE = 10_000;
const SECONDS = 10;
const PIECE = 500;
const LINE =
  'a line of an agent that says what it does, some hundred characters long, as they often are';

/** Appends lines of agents in turn; each batch of one agent expects the one before. */
class Lines {
  readonly #nats: TestNats;
  readonly #agents = Array.from({ length: AGENTS }, () => ({
    id: newAgentId(),
    last: 0,
    lines: 0,
  }));
  #turn = 0;

  constructor(nats: TestNats) {
    this.#nats = nats;
  }

  async append(): Promise<number> {
    const agent = this.#agents[this.#turn % AGENTS];
    this.#turn += 1;
    if (agent === undefined) throw new Error('there is no agent');
    const lines = Array.from({ length: PIECE }, () => {
      agent.lines += 1;
      const bytes = Buffer.from(`${agent.lines} ${LINE}`);
      return { position: String(agent.lines), bytes, continued: false };
    });
    const options = { runId: 'run-1', source: 'bench', time: new Date().toISOString() };
    const subject = `agents.${agent.id}.log.stdout`;
    const result = await this.#nats.log.appendLog(subject, lines, {
      ...options,
      expectedLast: agent.last,
    });
    if (!result.ok) throw new Error(result.error);
    agent.last = result.sequence;
    return result.sequence;
  }
}

/** Log lines from the log to Redis: a backlog, and a steady stream. */
export async function redisMirror(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const nats = await startTestNats(cleanup, { limits: { logLines: BACKLOG } });
  const redis = await startTestRedis(cleanup, { args: ['--appendfsync', 'everysec'] });
  const lines = new Lines(nats);
  let last = 0;
  for (let sent = 0; sent < BACKLOG; sent += PIECE) last = await lines.append();

  const begin = performance.now();
  const adapter = await startAdapter(cleanup, nats, redis);
  const started = performance.now();
  await untilAt(redis, last);
  const backlogSeconds = (performance.now() - begin) / 1000;

  const lags: number[] = [];
  let memory = 0;
  const flow = performance.now();
  for (let sent = 0; sent < RATE * SECONDS; sent += PIECE) {
    const ahead = (sent / RATE) * 1000 - (performance.now() - flow);
    if (ahead > 0) await delay(ahead);
    last = await lines.append();
    if ((sent / PIECE) % 4 !== 0) continue;
    const stored = performance.now();
    lags.push(await untilAt(redis, last).then(() => performance.now() - stored));
    memory = Math.max(memory, memoryOf(adapter.pid ?? 0));
  }
  const seconds = (performance.now() - flow) / 1000;
  const used = Number(/used_memory:(\d+)/.exec(await redis.cli('INFO', 'memory'))?.[1] ?? 0);
  return [
    `* a backlog of ${BACKLOG} log lines of ${AGENTS} agents: in Redis ${round(backlogSeconds, 1)} s after the adapters’ process was started (${round((started - begin) / 1000, 1)} s of that until it was ready), ${round(BACKLOG / backlogSeconds)} lines a second`,
    `* a steady stream of ${round((RATE * SECONDS) / seconds)} lines a second for ${round(seconds, 1)} s: ${round(median(lags), 1)} ms from the log to Redis (median), ${round(Math.max(...lags), 1)} ms at the most`,
    `* memory of the adapters’ process: ${round(memory)} MiB at the most; of Redis, with the last thousand lines of each agent: ${round(used / 1024 / 1024, 1)} MiB`,
  ];
}

async function startAdapter(
  cleanup: Cleanup,
  nats: TestNats,
  redis: TestRedis,
): Promise<ServiceProcess> {
  const environment = {
    PATH: process.env.PATH,
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ORCHESTRATOR_DATA_DIR: join(nats.dataDir, 'adapters'),
    ORCHESTRATOR_REDIS_URL: redis.url,
    LOG_LEVEL: 'warn',
  };
  const adapter = new ServiceProcess({ main: MAIN, environment, logFd: 2 });
  cleanup.teardown(() => adapter.stop(10_000));
  await adapter.ready;
  return adapter;
}

/** Until the mirror has written up to this line. */
async function untilAt(redis: TestRedis, sequence: number): Promise<void> {
  const client = await redis.client();
  await until(
    async () => {
      const [key = ''] = await client.keys('orchestrator:mirror:*');
      const at = key === '' ? null : await client.hGet(key, 'logs');
      return Number(at ?? 0) >= sequence ? true : undefined;
    },
    `line ${sequence}`,
    120_000,
  );
}
