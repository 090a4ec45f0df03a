import test from 'ava';
import { RequestRates } from '../../../projections/http/request-rates.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { runHere } from '../../cli/run-here.ts';
import { startSystem } from '../../support/system.ts';
import { ApiClient } from './support/api-client.ts';

test('a token opens what its scope has, from its making to its end, and the log knows its hash alone', async (t) => {
  const system = await startSystem(t);
  const open = await ApiClient.of(system);
  const run = (...args: string[]) => runHere(args, system.env);
  t.is((await open.ask('listAgents')).status, 200, 'nothing is wanted while there is no token');

  const made = await run('token', 'create', 'reader', '--json');
  t.is(made.code, 0, made.stderr);
  const { token: reading, id } = JSON.parse(made.stdout);
  const reader = await ApiClient.of(system, reading);
  t.is((await reader.ask('listAgents')).status, 200);
  t.like(await open.problem('listAgents'), { status: 401, code: 'ORC_CREDS' });
  const refused = await reader.problem('createAgent', { body: { kind: 'demo' } });
  t.like(refused, { status: 403, code: 'ORC_NOT_PERMITTED' });
  t.true(refused.cure.includes('--scope operate'));
  for (const wrong of [`${reading}x`, `${reading.slice(0, -1)}_`, 'orc_', '']) {
    const client = await ApiClient.of(system, wrong);
    t.is((await client.problem('listAgents')).status, 401, wrong);
  }
  for (const name of ['openapi', 'docs'] as const) t.is((await open.fetch(name)).status, 200);

  const admin = (await run('token', 'create', 'boss', '--scope', 'admin')).stdout.trim();
  const boss = await ApiClient.of(system, admin);
  t.like(await reader.problem('listTokens'), { status: 403 });
  const body = { name: 'talker', scope: 'chat', ttl: '1h' };
  const { body: talking } = await boss.ask('createToken', { body });
  const talker = await ApiClient.of(system, talking.token);
  const params = { agent: 'agent-0123456789ab' };
  t.is((await talker.problem('sendMessage', { params, body: { text: 'x' } })).status, 404);
  t.is((await talker.problem('stopAgent', { params })).status, 403);
  const { body: short } = await boss.ask('createToken', { body: { ...body, ttl: '1ms' } });
  t.is((await (await ApiClient.of(system, short.token)).problem('listAgents')).status, 401);

  t.is((await run('token', 'revoke', id)).stdout, `${id} revoked\n`);
  t.like((await boss.ask('listTokens')).body.tokens, [{ id, name: 'reader' }]);
  t.regex((await run('token', 'list')).stdout, new RegExp(`${id} +reader +read .*revoked`));
  for await (const event of (await system.log()).read({
    stream: 'EVENTS',
    from: { sequence: 1 },
  })) {
    const text = Buffer.from(event.payload).toString();
    for (const secret of [reading, admin, talking.token]) t.false(text.includes(secret));
  }
  // What follows the log hears of it a moment later than its command.
  let status = 200;
  while (status === 200) status = (await reader.fetch('listAgents')).status;
  t.is(status, 401);
});

test('a caller that asks too often within a minute is told when it may again, and no other is', (t) => {
  const rates = new RequestRates(2);
  rates.count('a', 0);
  rates.count('a', 1_000);
  const refused = t.throws(() => rates.count('a', 30_500), { instanceOf: OrchestratorError });
  t.like(refused, { code: 'ORC_RATE_LIMIT', retryAfterSeconds: 30 });
  t.notThrows(() => rates.count('b', 30_500));
  t.notThrows(() => rates.count('a', 60_000));
});
