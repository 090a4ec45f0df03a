import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { Health } from '../../../platform/service/health.ts';
import { Watermark } from '../../../projections/redis/mirror/watermark.ts';
import {
  RedisAdapters,
  type RedisAdaptersOptions,
} from '../../../projections/redis/redis-adapters.ts';
import { quiet, startFollower } from '../../core/projection/folded-log.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../../support/nats.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const DAY_MS = 86_400_000;

/** The adapters between a real NATS and a real Redis, in this process. */
export async function startAdapters(
  t: ExecutionContext,
  given: { nats?: TestNats; redis?: TestRedis; options?: Partial<RedisAdaptersOptions> } = {},
) {
  const nats = given.nats ?? (await startTestNats(t));
  const redis = given.redis ?? (await startTestRedis(t));
  const health = new Health();
  const path = join(await temporaryFolder(t), 'redis-mirror.json');
  const watermark = new Watermark({ path, logger: quiet });
  const start = async (options: Partial<RedisAdaptersOptions> = {}) => {
    const { follower, stop } = await startFollower(t, nats.log);
    const adapters = new RedisAdapters({
      url: redis.url,
      historyMs: DAY_MS,
      turnDeadlineMs: 60_000,
      consumer: 'orchestrator-test',
      log: nats.log,
      follower,
      watermark,
      health,
      logger: quiet,
      clock: () => new Date(),
      ...given.options,
      ...options,
    });
    adapters.start();
    const end = async () => {
      await adapters.stop();
      await stop();
    };
    t.teardown(end);
    return { adapters, follower, stop: end };
  };
  return { nats, redis, log: nats.log, health, watermark, start, ...(await start()) };
}
