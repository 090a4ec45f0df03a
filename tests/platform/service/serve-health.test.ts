import { Svcm } from '@nats-io/services';
import test from 'ava';
import { askHealth } from '../../../platform/service/ask-health.ts';
import { Health } from '../../../platform/service/health.ts';
import { serveHealth } from '../../../platform/service/serve-health.ts';
import { startTestNats } from '../../support/nats.ts';

test('every process of every service answers for itself', async (t) => {
  const { connect, connection } = await startTestNats(t);
  const serve = async (name: string, node: string) => {
    const { nc } = await connect({ name });
    const health = new Health();
    await serveHealth({ nc, name, node, health });
    return health;
  };
  const one = await serve('spawner', 'node-a');
  await serve('spawner', 'node-b');
  await serve('projections', 'node-a');
  one.report('lease', false, 'cannot be renewed');

  const expected = ['spawner', 'projections'];
  const heard = await askHealth(connection.nc, { expected });

  const shown = heard.map(({ service, node, pid, checks }) => {
    t.is(pid, process.pid);
    return `${service} ${node} ${checks.map(({ name, ok }) => `${name}:${ok}`).join()}`;
  });
  t.deepEqual(shown.sort(), [
    'projections node-a ',
    'spawner node-a lease:false',
    'spawner node-b ',
  ]);
});

test('a service that is expected and silent is waited for until the time is up, and no longer', async (t) => {
  const { connect, connection } = await startTestNats(t);
  await serveHealth({
    nc: (await connect()).nc,
    name: 'projections',
    node: 'node-a',
    health: new Health(),
  });
  const begun = performance.now();
  const expected = ['projections', 'spawner'];

  const heard = await askHealth(connection.nc, { expected, timeoutMs: 400 });

  t.deepEqual(
    heard.map(({ service }) => service),
    ['projections'],
  );
  t.true(performance.now() - begun >= 390);
});

test('where nobody listens, that is known at once', async (t) => {
  const { connection } = await startTestNats(t);

  const heard = await askHealth(connection.nc, { expected: ['spawner'], timeoutMs: 60_000 });

  t.deepEqual(heard, []);
});

test('what is no answer of a service is not taken for one', async (t) => {
  const { connection } = await startTestNats(t);
  const { nc } = connection;
  const answers = ['no json', '{"service":1}'];
  nc.subscribe('health', {
    callback: (_error, message) => {
      for (const answer of answers) message.respond(answer);
    },
  });

  t.deepEqual(await askHealth(nc, { expected: ['spawner'], timeoutMs: 300 }), []);
});

test('on a closed connection nobody answers, and nothing is thrown', async (t) => {
  const { connect } = await startTestNats(t);
  const { nc } = await connect();
  await nc.close();

  t.deepEqual(await askHealth(nc, { expected: ['spawner'] }), []);
});

test('the services protocol finds it under its name, with its version', async (t) => {
  const { connect, connection } = await startTestNats(t);
  await serveHealth({ nc: (await connect()).nc, name: 'spawner', health: new Health() });

  const found: string[] = [];
  const client = new Svcm(connection.nc).client({ strategy: 'timer', maxWait: 500 });
  for await (const { name, endpoints } of await client.info('orchestrator-spawner')) {
    found.push(`${name} ${endpoints.map(({ subject }) => subject).join()}`);
  }

  t.deepEqual(found, ['orchestrator-spawner health,metrics']);
});
