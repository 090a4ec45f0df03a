import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import test from 'ava';
import { dockerEngine } from '../../../platform/docker/docker-engine.ts';
import { isEngineAway } from '../../../platform/docker/engine-error.ts';
import { temporaryFolder } from '../../support/nats.ts';

test('an engine that breaks off in the middle of an answer is away, and nobody waits for it', async (t) => {
  const socket = join(await temporaryFolder(t), 'docker.sock');
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"Id":', () => response.destroy());
  });
  server.listen(socket);
  await once(server, 'listening');
  t.teardown(() => server.close());

  const error = await t.throwsAsync(dockerEngine(`unix://${socket}`).getContainer('x').inspect());

  t.true(isEngineAway(error), String(error));
});
