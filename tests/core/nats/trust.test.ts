import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ensureTrust, readTrust } from '../../../core/nats/trust.ts';
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
  t.is(await readTrust(folder), undefined);
  t.deepEqual(await readdir(folder), []);
  const made = await ensureTrust(folder);
  t.is((await readTrust(folder))?.accountSeed, made.accountSeed);
});
