import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, createUser, decode, encodeUser, fmtCreds } from '@nats-io/jwt';
import test from 'ava';
import { AGENTS_CONNECTIONS } from '../../../platform/nats/account-claims.ts';
import {
  ensureTrust,
  readAgentKeys,
  readAgentsAccount,
  shareTrust,
  type Trust,
} from '../../../platform/nats/trust.ts';
import { temporaryFolder } from '../../support/nats.ts';

const accounts = ({ account, agents, system }: Trust) =>
  [account, agents, system].map((each) => each.getPublicKey());

test('the keys are made once and kept', async (t) => {
  const folder = join(await temporaryFolder(t), 'auth');
  const first = await ensureTrust(folder);
  const second = await ensureTrust(folder);
  t.is(second.agentsSeed, first.agentsSeed);
  t.is(second.operator.getPublicKey(), first.operator.getPublicKey());
  t.is(new Set(accounts(first)).size, 3);
  t.deepEqual(
    second.claims,
    first.claims,
    'the server takes claims that are newer, and forgets what was revoked',
  );
});

test('all agents together have so many connections, and services as many as they like', async (t) => {
  const { claims } = await ensureTrust(join(await temporaryFolder(t), 'auth'));
  const connections = (jwt: string) => decode<Account>(jwt).nats.limits?.conn;
  t.is(connections(claims.agents), AGENTS_CONNECTIONS);
  t.is(connections(claims.account), -1);
});

test('credentials of the revoker that have other rights than they should are made anew', async (t) => {
  const folder = join(await temporaryFolder(t), 'auth');
  const { system } = await ensureTrust(folder);
  const file = join(folder, 'revoker.creds');
  const made = await readFile(file, 'utf8');
  await ensureTrust(folder);
  t.is(await readFile(file, 'utf8'), made);
  const user = createUser();
  const rights = {
    pub: { allow: ['$SYS.REQ.CLAIMS.UPDATE'] },
    sub: { allow: ['_INBOX_revoker.>'] },
  };
  await writeFile(file, fmtCreds(await encodeUser('revoker', user, system, rights), user));
  await ensureTrust(folder);
  t.regex(jwtIn(await readFile(file, 'utf8')), /CLAIMS\.LOOKUP.*CONNZ/);
});

/** The claims in a credentials file, as text. */
const jwtIn = (creds: string): string =>
  JSON.stringify(decode(/BEGIN[^\n]*\n\s*(\S+)/.exec(creds)?.[1] ?? ''));

test('nobody but their owner reads the keys', async (t) => {
  const folder = join(await temporaryFolder(t), 'auth');
  await ensureTrust(folder);
  const modes = [(await stat(folder)).mode & 0o777];
  const files = await readdir(folder);
  for (const file of files) modes.push((await stat(join(folder, file))).mode & 0o777);
  t.deepEqual(files.sort(), [
    'account.seed',
    'agents.pub',
    'agents.seed',
    'claims.json',
    'operator.creds',
    'operator.seed',
    'revoker.creds',
    'signing.seed',
    'system.seed',
  ]);
  t.deepEqual(modes, [0o700, ...files.map(() => 0o600)]);
});

test('where nothing was made there is nothing to read, and reading makes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  t.is(await readAgentKeys(folder), undefined);
  t.deepEqual(await readdir(folder), []);
  const made = await ensureTrust(folder);
  t.is((await readAgentKeys(folder))?.agentsSeed, made.agentsSeed);
});

test('a share has what its holder needs, and never the seeds above it', async (t) => {
  const folder = await temporaryFolder(t);
  const trust = await ensureTrust(join(folder, 'auth'));
  const [services, spawner] = [join(folder, 'services'), join(folder, 'spawner')];

  const auth = join(folder, 'auth');
  await shareTrust(auth, { services: [services], spawners: [spawner] });
  await shareTrust(auth, { services: [services], spawners: [spawner] });

  t.deepEqual((await readdir(services)).sort(), ['agents.pub', 'operator.creds']);
  t.is(await readAgentsAccount(services), trust.agents.getPublicKey());
  t.deepEqual((await readdir(spawner)).sort(), [
    'agents.pub',
    'agents.seed',
    'operator.creds',
    'revoker.creds',
    'signing.seed',
  ]);
  t.is((await readAgentKeys(spawner))?.agentsSeed, trust.agentsSeed);
  t.is((await stat(join(spawner, 'agents.seed'))).mode & 0o777, 0o600);
});
