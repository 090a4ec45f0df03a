import { readdir, rm, stat } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { command, sendMessage } from '../support/commands.ts';
import { accessTokenOf, claudeLoginFor, LoginFolder, obedientAgents } from '../support/logins.ts';
import { temporaryFolder } from '../support/nats.ts';
import { type SpawnerFixture, type SpawnerOptions, startSpawner } from '../support/spawner.ts';

const ADA = { channel: 'telegram', userId: '1001' };
const BOB = { channel: 'telegram', userId: '1002' };

/** In the home of an agent, and below the folder of a login. */
const FILE = '.claude/.credentials.json';
const OF_ADA = `telegram/1001/claude/${FILE}`;
const OF_SYSTEM = `claude/${FILE}`;

interface Scene {
  logins: LoginFolder;
  spawner: SpawnerFixture;
  /** What the spawner has said in its log. */
  said: () => string;
  agentOf(owner: typeof ADA | undefined, kind?: string): Promise<string>;
  /** Has an agent do something in its home, in a turn. */
  order(agent: string, order: string): Promise<void>;
  /** Has an agent's CLI write its login file. */
  renew(agent: string, login: string): Promise<void>;
}

async function scene(
  t: ExecutionContext,
  own: Partial<NonNullable<SpawnerOptions['loginRenewals']>> = {},
): Promise<Scene> {
  const logins = new LoginFolder(await temporaryFolder(t));
  const { factories, loginRenewals } = await obedientAgents(logins.folder);
  if (factories === undefined || loginRenewals === undefined) throw new Error('no agents');
  const lines: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const spawner = await startSpawner(t, {
    factories,
    loginRenewals: { ...loginRenewals, logger, ...own },
  });
  const order = async (agent: string, text: string) => {
    const id = newId('cmd');
    await sendMessage(spawner.log, agent, id, text);
    await spawner.event(agent, 'turn.ended', (event) => event.correlationId === id);
  };
  return {
    logins,
    spawner,
    said: () => lines.join(''),
    agentOf: async (owner, kind = 'claude') => {
      const agent = newAgentId();
      const create = { kind, ...(owner && { owner }) };
      await spawner.log.append(
        command(agent, 'command.create', { ttlMs: 3_600_000, turnDeadlineMs: 60_000, ...create }),
      );
      await spawner.event(agent, 'process.ready');
      return agent;
    },
    order,
    renew: (agent, login) =>
      order(agent, `mkdir -p .claude; printf %s '${login}' >.claude/new; mv .claude/new ${FILE}`),
  };
}

test('C4: a login that its CLI renews in a turn is written back, and the next agent gets that one', async (t) => {
  const { logins, agentOf, renew, order, spawner } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agent = await agentOf(ADA);

  await renew(agent, claudeLoginFor(8, 'renewed'));

  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-renewed');
  t.is((await stat(logins.path(OF_ADA))).mode & 0o777, 0o600);
  const next = await agentOf(ADA);
  await order(next, `grep -q access-renewed ${FILE} && touch workspace/has-it`);
  t.true((await readdir(spawner.workspace(next))).includes('has-it'));
  await renew(next, claudeLoginFor(9, 'again'));
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-again', 'and so on');
});

test('C4: a login that is renewed after the last turn is written back at the end of the run', async (t) => {
  const { logins, agentOf, spawner, order } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agent = await agentOf(ADA);
  const login = claudeLoginFor(8, 'late');
  await order(agent, `printf %s '${login}' >late; trap 'mv late ${FILE}' EXIT`);
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-first');

  await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
  await spawner.event(agent, 'process.stopped');

  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-late');
});

test('C4: a login that is renewed while no spawner runs is written back by the next one', async (t) => {
  const { logins, agentOf, spawner, renew } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agent = await agentOf(ADA);
  await renew(agent, claudeLoginFor(2, 'second'));
  await spawner.stop();
  await sendMessage(
    spawner.log,
    agent,
    'meanwhile',
    `printf %s '${claudeLoginFor(8, 'third')}' >${FILE}`,
  );

  await spawner.start();
  await spawner.event(agent, 'turn.ended', (event) => event.correlationId === 'meanwhile');

  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-third');
});

test('C4: only what a renewal changes gets into the login', async (t) => {
  const { logins, agentOf, renew } = await scene(t);
  const { claudeAiOauth } = JSON.parse(claudeLoginFor(1));
  await logins.put(OF_ADA, JSON.stringify({ claudeAiOauth, mcpOAuth: { a: 1 } }));
  const agent = await agentOf(ADA);
  const renewed = JSON.parse(claudeLoginFor(8, 'renewed')).claudeAiOauth;
  const planted = { ...renewed, scopes: ['everything'], apiUrl: 'http://127.0.0.1:1' };

  await renew(agent, JSON.stringify({ claudeAiOauth: planted, mcpOAuth: { b: 2 }, hooks: [] }));

  const { accessToken, refreshToken, expiresAt } = renewed;
  t.deepEqual(JSON.parse(await logins.read(OF_ADA)), {
    claudeAiOauth: { ...claudeAiOauth, accessToken, refreshToken, expiresAt },
    mcpOAuth: { a: 1 },
  });
});

test('C4: what an agent puts in the place of its login, and is no renewal of it, is not taken', async (t) => {
  const { logins, agentOf, order, said } = await scene(t);
  const outside = new LoginFolder(await temporaryFolder(t));
  const own = claudeLoginFor(8, 'elsewhere');
  await outside.put('.claude/.credentials.json', own);
  const login = claudeLoginFor(5);
  await logins.put(OF_ADA, login);
  const agent = await agentOf(ADA);
  const put = (content: string) => `rm -rf ${FILE}; printf %s '${content}' >${FILE}`;
  const tries: [string, string][] = [
    ['an older one', put(claudeLoginFor(4, 'older'))],
    ['another account', put(claudeLoginFor(8, 'other', 'account-of-eve'))],
    ['no account', put(claudeLoginFor(8, 'none', '').replace('"accountUuid":"",', ''))],
    ['garbage', put('sk-garbage')],
    ['no login', put('{"claudeAiOauth":{"accessToken":"a","expiresAt":9999999999999}}')],
    ['one that is good for ever', put(claudeLoginFor(1e6, 'ever'))],
    ['a token of two lines', put(claudeLoginFor(8, 'two lines'))],
    ['a huge one', `printf '%s%*s' '${own}' 1000000 '' >${FILE}`],
    ['a link', `rm ${FILE}; ln -s ${outside.path('.claude/.credentials.json')} ${FILE}`],
    ['a pipe', `rm ${FILE}; mkfifo ${FILE}`],
    ['a folder', `rm ${FILE}; mkdir ${FILE}`],
    ['nothing', `rmdir ${FILE}`],
    ['a folder that is a link', `rm -rf .claude; ln -s ${outside.path('.claude')} .claude`],
  ];
  for (const [what, does] of tries) {
    await order(agent, does);
    t.is(await logins.read(OF_ADA), login, what);
  }

  await order(agent, `rm .claude; mkdir .claude; printf %s '${own}' >${FILE}`);
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-elsewhere', 'a true one is taken still');
  for (const reason of [
    'it is of another account',
    'it is no login of this kind',
    'it is larger than',
    'a link or no folder is on its way',
    'it is no plain file',
  ]) {
    t.true(said().includes(reason), reason);
  }
  t.notRegex(said(), /access-|refresh-|sk-garbage/, 'no token gets into the log');
});

test('C4: a login that somebody has put there since is not replaced by an agent of the one before', async (t) => {
  const { logins, agentOf, renew, said } = await scene(t);
  // Logins of older versions do not tell whose they are.
  const login = (hours: number, name: string) =>
    claudeLoginFor(hours, name).replace('"accountUuid":"account-of-ada",', '');
  await logins.put(OF_ADA, login(1, 'first'));
  const [agent, sibling] = [await agentOf(ADA), await agentOf(ADA)];
  await renew(agent, login(2, 'second'));
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-second');
  await renew(sibling, login(3, 'third'));
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-third', 'a renewal is no new login');

  await logins.put(OF_ADA, login(4, 'anew'));
  await renew(agent, login(8, 'of-before'));

  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-anew');
  t.true(said().includes('somebody has logged in anew since'));
  await renew(await agentOf(ADA), login(9, 'of-after'));
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-of-after');
});

test('C4: an agent that runs beside it gets the renewed login, and none that was put there by hand', async (t) => {
  const { logins, agentOf, renew, order, spawner } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  await logins.put(OF_SYSTEM, claudeLoginFor(1, 'system', 'account-of-system'));
  const [agent, sibling, other] = [await agentOf(ADA), await agentOf(ADA), await agentOf(BOB)];
  const copyOf = (of: string) => new LoginFolder(spawner.folder).read(`${of}/${FILE}`);

  await renew(agent, claudeLoginFor(8, 'renewed'));

  t.is(accessTokenOf(await copyOf(sibling)), 'access-renewed');
  t.is((await stat(`${spawner.folder}/${sibling}/${FILE}`)).mode & 0o777, 0o600);
  t.is(accessTokenOf(await copyOf(other)), 'access-system');
  await renew(sibling, claudeLoginFor(2, 'older'));
  t.is(accessTokenOf(await copyOf(sibling)), 'access-renewed', 'as from another spawner');
  await logins.put(OF_ADA, claudeLoginFor(9, 'by-hand'));
  await order(sibling, 'true');
  t.is(accessTokenOf(await copyOf(sibling)), 'access-renewed');
  t.is(accessTokenOf(await copyOf(await agentOf(ADA))), 'access-by-hand');
});

test('C4: what an agent has made of its login does not lead a renewed one elsewhere', async (t) => {
  const { logins, agentOf, renew, order } = await scene(t);
  const outside = new LoginFolder(await temporaryFolder(t));
  const theirs = claudeLoginFor(2, 'theirs');
  await outside.put('.credentials.json', theirs);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const [agent, sibling] = [await agentOf(ADA), await agentOf(ADA)];
  await order(sibling, `rm ${FILE}; ln -s ${outside.path('.credentials.json')} ${FILE}`);

  await renew(agent, claudeLoginFor(8, 'renewed'));

  t.is(await outside.read('.credentials.json'), theirs);
});

test('C4: a login that was removed is not made again', async (t) => {
  const { logins, agentOf, renew } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agent = await agentOf(ADA);
  await rm(logins.path(OF_ADA));

  await renew(agent, claudeLoginFor(8, 'renewed'));

  t.deepEqual(await readdir(logins.path('telegram/1001/claude/.claude')), []);
});

test('C4: two agents that renew one login at once leave the newer one, whole', async (t) => {
  const { logins, agentOf, renew } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agents = await Promise.all([agentOf(ADA), agentOf(ADA)]);

  for (let round = 2; round < 6; round += 1) {
    const [early, late] = [claudeLoginFor(round, 'early'), claudeLoginFor(round + 0.5, 'late')];
    const [one = '', other = ''] = round % 2 === 0 ? agents : agents.toReversed();
    await Promise.all([renew(one, early), renew(other, late)]);
    t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-late');
  }

  const left = await readdir(logins.folder, { recursive: true });
  t.false(
    left.some((name) => /lock|draft/.test(name)),
    left.join(),
  );
});

test('C4: the system’s login is renewed by the operators’ agents, and by others’ where the setting says so', async (t) => {
  const whose: [typeof ADA | undefined, 'own' | 'shared', boolean][] = [
    [undefined, 'own', true],
    [{ channel: 'terminal', userId: 'ada' }, 'own', true],
    [ADA, 'own', true],
    [BOB, 'own', false],
    [BOB, 'shared', true],
  ];
  for (const [owner, renewal, isTaken] of whose) {
    const { logins, agentOf, renew } = await scene(t, { renewal, admins: [ADA.userId] });
    await logins.put(OF_SYSTEM, claudeLoginFor(1));
    await renew(await agentOf(owner), claudeLoginFor(8, 'renewed'));
    const token = accessTokenOf(await logins.read(OF_SYSTEM));
    t.is(token === 'access-renewed', isTaken, `${owner?.userId} ${renewal}`);
  }
});

test('C4: a user’s login is renewed by that user’s agents alone, and no login where the setting is off', async (t) => {
  const { logins, agentOf, renew } = await scene(t, { renewal: 'shared' });
  await logins.put(OF_ADA, claudeLoginFor(1));
  await renew(await agentOf(BOB), `{}`);
  await logins.put(OF_SYSTEM, claudeLoginFor(1));
  await renew(await agentOf(BOB), claudeLoginFor(8, 'renewed'));
  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-first');
  t.is(accessTokenOf(await logins.read(OF_SYSTEM)), 'access-renewed');

  const off = await scene(t, { renewal: 'off' });
  await off.logins.put(OF_ADA, claudeLoginFor(1));
  await off.renew(await off.agentOf(ADA), claudeLoginFor(8, 'renewed'));
  t.is(accessTokenOf(await off.logins.read(OF_ADA)), 'access-first');
});

test('C4: a folder of logins that may not be written does not keep a turn from its end', async (t) => {
  const { logins, agentOf, renew, said } = await scene(t);
  await logins.put(OF_ADA, claudeLoginFor(1));
  const agent = await agentOf(ADA);
  await logins.put('.renewed', 'a file where a folder is wanted');

  await renew(agent, claudeLoginFor(8, 'renewed'));

  t.is(accessTokenOf(await logins.read(OF_ADA)), 'access-first');
  t.true(said().includes('its login could not be kept'));
  t.notRegex(said(), /access-|refresh-/);
});
