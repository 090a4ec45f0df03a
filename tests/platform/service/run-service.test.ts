import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { startTestNats, type TestNats, temporaryFolder } from '../../support/nats.ts';
import { nodeEnvironment } from '../../support/node-environment.ts';

const SERVICE = join(import.meta.dirname, 'fixtures', 'service.ts');

interface Running {
  child: ChildProcess;
  notes: () => Promise<string[]>;
  ended: Promise<{ code: number | null; stderr: string }>;
}

async function run(t: ExecutionContext, env: Record<string, string>, fault = ''): Promise<Running> {
  const file = join(await temporaryFolder(t), 'notes');
  const child = fork(SERVICE, [file, fault], {
    env: { ...nodeEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  const ended = once(child, 'exit').then(async ([code]) => ({ code, stderr: await stderr }));
  const notes = async () => (await readFile(file, 'utf8')).trim().split('\n');
  return { child, notes, ended };
}

const settings = (nats: TestNats): Record<string, string> => ({
  ORCHESTRATOR_DATA_DIR: nats.dataDir,
  ORCHESTRATOR_NATS_URL: nats.url,
  ORCHESTRATOR_CREDS: nats.operatorCreds,
  LOG_LEVEL: 'info',
});

async function ready({ child }: Running): Promise<void> {
  const [message] = await once(child, 'message');
  if (message.ready !== true) throw new Error(JSON.stringify(message));
}

test('a service tells when it is ready, and at SIGTERM ends everything in reverse', async (t) => {
  const service = await run(t, settings(await startTestNats(t)));
  await ready(service);

  service.child.kill('SIGTERM');

  t.is((await service.ended).code, 0);
  t.deepEqual(await service.notes(), ['built true', 'aborted', 'stopped, connection open: true']);
});

test('a service ends when its parent is gone', async (t) => {
  const service = await run(t, settings(await startTestNats(t)));
  await ready(service);

  service.child.disconnect();

  t.is((await service.ended).code, 0);
});

test('a supervised service leaves Ctrl-C to its supervisor', async (t) => {
  const service = await run(t, settings(await startTestNats(t)));
  await ready(service);

  service.child.kill('SIGINT');
  service.child.kill('SIGHUP');
  service.child.kill('SIGTERM');

  await service.ended;
  t.is(service.child.signalCode, null);
});

test('a service waits for a server that is not there yet', async (t) => {
  const nats = await startTestNats(t);
  await nats.kill();
  const service = await run(t, settings(nats));

  await nats.restart();

  await t.notThrowsAsync(ready(service));
});

test('a service that is asked to end while it waits for the server ends cleanly', async (t) => {
  const nats = await startTestNats(t);
  const second = await run(t, settings(nats));
  await ready(second);
  await nats.kill();
  const waiting = await run(t, settings(nats));
  await once(waiting.child, 'spawn');

  waiting.child.disconnect();

  t.is((await waiting.ended).code, 0);
});

test('wrong settings end a service with one line that names them all, and exit code 2', async (t) => {
  const service = await run(t, { ORCHESTRATOR_AGENT_TTL: 'soon', LOG_LEVEL: 'loud' });

  const { code, stderr } = await service.ended;

  t.is(code, 2);
  t.is(stderr.trim().split('\n').length, 1);
  t.regex(stderr, /^ORC_SETTINGS: .*ORCHESTRATOR_AGENT_TTL="soon".*LOG_LEVEL="loud"/);
});

test('a data folder in which no system has run is said in one line', async (t) => {
  const service = await run(t, { ORCHESTRATOR_DATA_DIR: await temporaryFolder(t) });

  const { code, stderr } = await service.ended;

  t.is(code, 1);
  t.regex(stderr, /ORC_NOT_REACHABLE: No system has run in/);
});

for (const [fault, words] of [
  ['build', 'cannot be built'],
  ['rejection', 'A bug, an unhandled rejection: nobody caught it'],
  ['exception', 'A bug, an uncaught exception: nobody caught it'],
  ['fatal', 'the log is gone'],
] as const) {
  test(`what ends a service (${fault}) is logged whole, said in one line and told the parent`, async (t) => {
    const service = await run(t, settings(await startTestNats(t)), fault);
    const messages: unknown[] = [];
    service.child.on('message', (message) => messages.push(message));

    const { code, stderr } = await service.ended;

    t.is(code, 1);
    const lines = stderr.trim().split('\n');
    const story = lines.map((line) => (line.startsWith('{') ? JSON.parse(line) : {}));
    t.true(story.some(({ err }) => String(err?.stack).includes('fixtures/service.ts')));
    t.is(lines.at(-1), `ORC_INTERNAL: ${words}. The log has the whole story; please report it.`);
    t.deepEqual(messages.at(-1), { failed: lines.at(-1) });
  });
}

test('a service that stands by does nothing before it has its environment, and goes by that alone', async (t) => {
  const nats = await startTestNats(t);
  const wrong = { ORCHESTRATOR_STANDBY: 'true', ORCHESTRATOR_NATS_URL: 'nonsense' };
  const service = await run(t, wrong);
  service.child.send({ environment: { ...nodeEnvironment(), ...settings(nats) } });
  await ready(service);

  service.child.kill('SIGTERM');

  t.is((await service.ended).code, 0);
});

test('a service that stands by ends when its parent is gone', async (t) => {
  const service = await run(t, { ORCHESTRATOR_STANDBY: 'true' });
  service.child.disconnect();
  t.is((await service.ended).code, 0);
});
