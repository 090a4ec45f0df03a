import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ensureTrust, readAccountSeed, shareTrust } from '../../../core/nats/trust.ts';
import { temporaryFolder } from '../../support/nats.ts';

test('the keys are made once and kept', async (t) => {
  const folder = join(await temporaryFolder(t), 'auth');
  const first = await ensureTrust(folder);
  const second = await ensureTrust(folder);
  t.is(second.accountSeed, first.accountSeed);
  t.is(second.operator.getPublicKey(), first.operator.getPublicKey());
  t.not(first.account.getPublicKey(), first.system.getPublicKey());
});

test('nobody but their owner reads the keys', async (t) => {
  const folder = join(await temporaryFolder(t), 'auth');
  await ensureTrust(folder);
  const modes = [(await stat(folder)).mode & 0o777];
  const files = await readdir(folder);
  for (const file of files) modes.push((await stat(join(folder, file))).mode & 0o777);
  t.deepEqual(files.sort(), ['account.seed', 'operator.creds', 'operator.seed', 'system.seed']);
  t.deepEqual(modes, [0o700, 0o600, 0o600, 0o600, 0o600]);
});

test('where nothing was made there is nothing to read, and reading makes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  t.is(await readAccountSeed(folder), undefined);
  t.deepEqual(await readdir(folder), []);
  const made = await ensureTrust(folder);
  t.is(await readAccountSeed(folder), made.accountSeed);
});

test('a share has what its holder needs, and never the seeds above it', async (t) => {
  const folder = await temporaryFolder(t);
  const trust = await ensureTrust(join(folder, 'auth'));
  const [services, spawner] = [join(folder, 'services'), join(folder, 'spawner')];

  await shareTrust(trust, { services: [services], spawners: [spawner] });
  await shareTrust(trust, { services: [services], spawners: [spawner] });

  t.deepEqual(await readdir(services), ['operator.creds']);
  t.deepEqual((await readdir(spawner)).sort(), ['account.seed', 'operator.creds']);
  t.is(await readAccountSeed(spawner), trust.accountSeed);
  t.is((await stat(join(spawner, 'account.seed'))).mode & 0o777, 0o600);
});
