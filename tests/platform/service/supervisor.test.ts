import { spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { dataPaths } from '../../../platform/service/data-paths.ts';
import { processIdentity } from '../../../platform/service/process-identity.ts';
import { RESTART_POLICY } from '../../../platform/service/restart-policy.ts';
import { Supervisor } from '../../../platform/service/supervisor.ts';
import { openSystemLog } from '../../../platform/service/system-log.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { temporaryFolder } from '../../support/nats.ts';

const MAIN = join(import.meta.dirname, 'fixtures', 'supervised.ts');
const QUICK = { ...RESTART_POLICY, firstMs: 1, longestMs: 2 };

async function supervised(t: ExecutionContext, behaviour = '') {
  const paths = dataPaths(await temporaryFolder(t));
  const notes = join(paths.root, 'notes');
  await writeFile(notes, '');
  const log = openSystemLog(paths, 'info');
  const supervisor = new Supervisor(
    { name: 'test', main: MAIN },
    {
      environment: { ...process.env, SUPERVISED: behaviour, SUPERVISED_NOTES: notes },
      logFd: log.fd,
      logFile: paths.systemLog,
      logger: log.logger,
      stopGraceMs: 500,
      policy: QUICK,
    },
  );
  t.teardown(() => supervisor.stop());
  const starts = async () => (await readFile(notes, 'utf8')).split('\n').length - 1;
  /** Resolves at the n-th start. */
  const started = async (n: number) => {
    const changes = watch(notes);
    try {
      while ((await starts()) < n) {
        await new Promise((resolve) => changes.once('change', resolve));
      }
    } finally {
      changes.close();
    }
  };
  return { supervisor, paths, starts, started };
}

test('a start resolves when the service is ready, and stop leaves nothing of it', async (t) => {
  const { supervisor, paths } = await supervised(t);
  await supervisor.start();
  const pid = supervisor.pid ?? 0;
  t.not(processIdentity(pid), undefined);

  await supervisor.stop();

  t.is(processIdentity(pid), undefined);
  const log = await readFile(paths.systemLog, 'utf8');
  t.true(log.includes('a word on stderr'));
  t.true(log.includes('service started'));
});

test('a service that is killed is started again', async (t) => {
  const { supervisor, started } = await supervised(t);
  await supervisor.start();
  const pid = supervisor.pid ?? 0;

  process.kill(pid, 'SIGKILL');
  await started(2);

  t.not(supervisor.pid, pid);
});

test('a service that dies at each start fails the start, naming its end and the log', async (t) => {
  const { supervisor, paths, starts } = await supervised(t, 'crashes');

  const error = await t.throwsAsync(supervisor.start(), { instanceOf: OrchestratorError });

  t.is(await starts(), 5);
  t.is(
    error.line,
    `ORC_INTERNAL: The test service does not start: exit code 3. ${paths.systemLog} has the whole story.`,
  );
});

test('a service that refuses its settings is not tried again, and its own line is shown', async (t) => {
  const { supervisor, starts } = await supervised(t, 'refuses');

  const error = await t.throwsAsync(supervisor.start(), { instanceOf: OrchestratorError });

  t.is(await starts(), 1);
  t.true(error.message.includes('ORC_SETTINGS: wrong.'));
});

test('a service that ignores SIGTERM is killed after its grace time', async (t) => {
  const { supervisor, paths } = await supervised(t, 'stubborn');
  await supervisor.start();
  const pid = supervisor.pid ?? 0;

  await supervisor.stop();

  t.is(processIdentity(pid), undefined);
  t.true((await readFile(paths.systemLog, 'utf8')).includes('not yet'));
});

test('a start that is stopped before the service is ready ends', async (t) => {
  const { supervisor, started } = await supervised(t, 'silent');
  const starting = t.throwsAsync(supervisor.start(), { message: /was stopped/ });
  await started(1);

  await supervisor.stop();

  await starting;
});

test('killing a service at once does not start it again', async (t) => {
  const { supervisor, starts } = await supervised(t);
  await supervisor.start();

  supervisor.kill();
  await supervisor.stop();

  t.is(await starts(), 1);
});

test('a program that cannot be started fails the start like one that dies', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  const log = openSystemLog(paths, 'silent');
  const missing = new Supervisor(
    { name: 'test', main: join(paths.root, 'missing.ts') },
    {
      environment: process.env,
      logFd: log.fd,
      logFile: paths.systemLog,
      logger: log.logger,
      stopGraceMs: 500,
      policy: QUICK,
    },
  );

  await t.throwsAsync(missing.start(), { message: /does not start: exit code 1/ });
});

test('a system log that has grown too long makes room, and one old is kept', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  await writeFile(paths.systemLog, 'a long story');

  openSystemLog(paths, 'info', { maxBytes: 5 }).close();

  t.is(await readFile(`${paths.systemLog}.old`, 'utf8'), 'a long story');
  t.is((await stat(paths.systemLog)).size, 0);
  t.is((await stat(paths.systemLog)).mode & 0o777, 0o600);
});

test('B3: a system log makes room while it is written to, also by services', async (t) => {
  const paths = dataPaths(await temporaryFolder(t));
  const log = openSystemLog(paths, 'info', { maxBytes: 1000, lookMs: 10 });
  t.teardown(() => log.close());
  const says = (text: string) =>
    spawnSync('printf', ['%s', text], { stdio: ['ignore', log.fd, 'ignore'] });
  const changes = watch(paths.root);
  t.teardown(() => changes.close());
  const story = 'x'.repeat(2000);

  says(story);
  while ((await stat(paths.systemLog)).size > 0) {
    await new Promise((resolve) => changes.once('change', resolve));
  }
  says('after it');

  t.is(await readFile(paths.systemLog, 'utf8'), 'after it');
  t.is(await readFile(`${paths.systemLog}.old`, 'utf8'), story);
});

test('a system log that cannot be written is said as the data folder’s fault', async (t) => {
  const paths = dataPaths(join(await temporaryFolder(t), 'missing'));

  const error = t.throws(() => openSystemLog(paths, 'info'), { instanceOf: OrchestratorError });

  t.is(error?.code, 'ORC_DATA_DIR');
});
