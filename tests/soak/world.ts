import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { removeFolder } from '../support/remove-folder.ts';
import { startSystem, type TestSystem } from '../support/system.ts';
import { botEnvironment } from '../support/telegram/bot-system.ts';
import { startTelegram, type TelegramServer } from '../support/telegram/telegram-server.ts';
import { Outcomes } from './outcomes.ts';

export interface World {
  system: TestSystem;
  telegram: TelegramServer;
  redis: TestRedis;
  log: EventLog;
  outcomes: Outcomes;
  /** Where the processes of the system listen for those who ask what they hold. */
  probes: string;
}

/** What each agent of the soak runs. */
export const AGENT = `bash ${join(import.meta.dirname, 'agent.sh')}`;

/** Who writes to the bot. */
export const PEOPLE = [1001, 1002, 1003] as const;

/** The whole system with a Redis and a Telegram, each of its processes with a probe. */
export async function startWorld(t: Pick<ExecutionContext, 'teardown'>): Promise<World> {
  const probes = mkdtempSync(join(tmpdir(), 'soak-'));
  t.teardown(() => removeFolder(probes));
  const [telegram, redis] = [await startTelegram(t), await startTestRedis(t)];
  const env = botEnvironment(telegram, {
    TELEGRAM_ALLOWED_USERS: PEOPLE.join(','),
    ORCHESTRATOR_REDIS_URL: redis.url,
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: AGENT,
    ORCHESTRATOR_AGENT_TTL: '12h',
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'probe.ts'))}`,
    SOAK_PROBES: probes,
  });
  const system = await startSystem(t, { env });
  const log = await system.log();
  const outcomes = new Outcomes();
  const end = new AbortController();
  const following = outcomes.follow(log, end.signal);
  t.teardown(async () => {
    end.abort();
    await following;
  });
  return { system, telegram, redis, log, outcomes, probes };
}
