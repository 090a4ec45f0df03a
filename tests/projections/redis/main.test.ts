import '../../support/measured-children.ts';
import test from 'ava';
import { ServiceProcess } from '../../../platform/service/service-process.ts';
import { RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { AGENT, said } from '../../core/log/events.ts';
import { createAgent } from '../../support/commands.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { nodeEnvironment } from '../../support/node-environment.ts';
import { programOf } from '../../support/programs.ts';
import { startTestRedis, until } from '../../support/redis.ts';

const MAIN = programOf('redis');

test('the process is ready without Redis, does its work when that comes, and ends when it is asked to', async (t) => {
  const [nats, redis] = [await startTestNats(t), await startTestRedis(t)];
  await redis.kill();
  const environment = {
    ...nodeEnvironment(),
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ORCHESTRATOR_DATA_DIR: await temporaryFolder(t),
    LOG_LEVEL: 'silent',
  };
  const start = (more: NodeJS.ProcessEnv) => {
    const running = new ServiceProcess({
      main: MAIN,
      environment: { ...environment, ...more },
      logFd: 2,
    });
    t.teardown(() => running.kill());
    return running;
  };
  const running = start({ ORCHESTRATOR_REDIS_URL: redis.url });
  t.true(await running.ready);
  await createAgent(nats.log, AGENT, 'cat');
  await nats.log.append(said('r-1', 'one'));
  await redis.start();
  const entries = await until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length > 0 ? found : undefined;
  }, 'the response');
  t.is(entries.length, 1);
  t.like(await running.stop(30_000), { code: 0, signal: null });

  const aimless = start({});
  t.false(await aimless.ready);
  const { code, line } = await aimless.ended;
  t.is(code, 2);
  t.regex(line ?? '', /^ORC_SETTINGS: ORCHESTRATOR_REDIS_URL is not set/);
});
