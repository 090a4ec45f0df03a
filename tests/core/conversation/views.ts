import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import { SystemFollower } from '../../../core/projection/system-follower.ts';
import { serveViews } from '../../../projections/views/views-service.ts';
import type { TestNats } from '../../support/nats.ts';

/** The real views over a test's server, in this process. Resolves when they answer. */
export async function startViews(t: ExecutionContext, nats: TestNats): Promise<void> {
  const logger = pino({ level: 'silent' });
  const abort = new AbortController();
  const follower = new SystemFollower({ log: nats.log, logger });
  await follower.start(abort.signal);
  const { nc } = nats.connection;
  const views = await serveViews({ nc, follower, log: nats.log, logger, version: '0.0.0' });
  t.teardown(async () => {
    await views.stop();
    abort.abort();
  });
}
