import { join } from 'node:path';
import { loadSettings } from '../../agents/load-settings.ts';
import { checkpointedFollower } from '../../core/projection/checkpointed-follower.ts';
import {
  runService,
  type Service,
  type ServiceContext,
} from '../../platform/service/run-service.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { consumerName } from './consumer-name.ts';
import { Watermark } from './mirror/watermark.ts';
import { RedisAdapters } from './redis-adapters.ts';

// Not awaited: the bundle is a script, which may not.
void runService('redis', loadSettings, startAdapters);

async function startAdapters(context: ServiceContext): Promise<Service> {
  const { settings, paths, logger, log, health, metrics, signal, fatal } = context;
  const url = settings.ORCHESTRATOR_REDIS_URL;
  if (url === undefined) {
    throw new OrchestratorError('ORC_SETTINGS', 'ORCHESTRATOR_REDIS_URL is not set');
  }
  const path = join(paths.snapshots, 'redis.jsonl');
  const follower = await checkpointedFollower(path, { log, logger, health });
  await follower.start(signal);
  follower.ended.catch(fatal);
  metrics.add('orchestrator_fold_sequence', () => follower.sequence);
  const watermark = new Watermark({ path: join(paths.snapshots, 'redis-mirror.json'), logger });
  const adapters = new RedisAdapters({
    url,
    historyMs: settings.ORCHESTRATOR_REDIS_HISTORY,
    turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
    consumer: consumerName(paths),
    log,
    follower,
    watermark,
    health,
    logger,
    clock: () => new Date(),
  });
  // Ready without Redis: the system never waits for it.
  adapters.start();
  return {
    async stop() {
      await adapters.stop();
      await watermark.save();
      await follower.saveCheckpoint();
    },
  };
}
