import type { ExecutionContext } from 'ava';
import { ViewsClient } from '../../platform/service/views-client.ts';
import { serveViews } from '../../projections/views/views-service.ts';
import { quiet, startFollower } from '../core/projection/folded-log.ts';
import { startTestNats, type TestNatsOptions } from '../support/nats.ts';

/** Views over a real server, in this process. */
export async function startViews(t: ExecutionContext, options: TestNatsOptions = {}) {
  const nats = await startTestNats(t, options);
  const { log } = nats;
  const serve = async () => {
    const { nc } = await nats.connect({ name: 'views' });
    const { follower } = await startFollower(t, log);
    const service = await serveViews({ nc, follower, log, logger: quiet, version: '1.2.3' });
    return { follower, service };
  };
  const { follower, service } = await serve();
  return { nats, log, follower, service, serve, views: new ViewsClient(nats.connection.nc) };
}
