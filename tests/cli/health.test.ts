import test from 'ava';
import { Health } from '../../platform/service/health.ts';
import { serveHealth } from '../../platform/service/serve-health.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { oneLine, runHere } from './run-here.ts';

const operator = (nats: TestNats) =>
  environment(nats.dataDir, {
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
  });

/** The part of a service that answers for it. */
async function serve(nats: TestNats, name: string): Promise<Health> {
  const health = new Health();
  await serveHealth({ nc: nats.connection.nc, name, node: `${name}-1`, health });
  return health;
}

test('a service that is well is said to be, and the exit code is 0', async (t) => {
  const nats = await startTestNats(t);
  await serve(nats, 'spawner');
  await serve(nats, 'projections');

  const { code, stdout } = await runHere(['health'], operator(nats));

  t.is(code, 0);
  t.is(stdout, 'projections on projections-1: well\nspawner on spawner-1: well\n');
});

test('the part that is not well is named, and the exit code is 1', async (t) => {
  const nats = await startTestNats(t);
  const health = await serve(nats, 'spawner');
  health.report('docker', false, 'the engine does not answer');

  const { code, stdout } = await runHere(['health', 'spawner'], operator(nats));

  t.is(code, 1);
  t.regex(
    stdout,
    /^spawner on spawner-1: not well\n {2}docker: the engine does not answer \(since /,
  );
});

test('what is well and to be seen all the same is shown, and the exit code is 0', async (t) => {
  const nats = await startTestNats(t);
  const health = await serve(nats, 'spawner');
  health.report('quotas', true, 'agent-1 is not heard', true);

  const { code, stdout } = await runHere(['health', 'spawner'], operator(nats));

  t.is(code, 0);
  t.regex(stdout, /^spawner on spawner-1: well\n {2}quotas: agent-1 is not heard \(since /);
});

test('another service that is ill does not make this one so; one that is silent is', async (t) => {
  const nats = await startTestNats(t);
  await serve(nats, 'spawner');
  (await serve(nats, 'projections')).report('http', false, 'no port');
  const env = operator(nats);

  t.is((await runHere(['health', 'spawner'], env)).code, 0);
  const { code, stdout } = await runHere(['health', 'bot', '--timeout', '1s', '--json'], env);
  t.is(code, 1);
  t.deepEqual(JSON.parse(stdout), { ok: false, missing: ['bot'], services: [] });
});

test('without a server it is said in one line, and at once', async (t) => {
  const env = environment('/nowhere', { ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:1' });
  const { code, stderr } = await runHere(['health'], env);
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
});
