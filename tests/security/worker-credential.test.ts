import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { revokeAs } from '../../platform/nats/revocations.ts';
import { readAgentKeys } from '../../platform/nats/trust.ts';
import { WorkerRegister } from '../../platform/nats/worker-register.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { CredentialRevoker } from '../../spawner/credential-revoker.ts';
import { revokeWorkers } from '../../spawner/revoke-workers.ts';
import { runHere } from '../cli/run-here.ts';
import { quiet } from '../core/projection/folded-log.ts';
import { createAgent } from '../support/commands.ts';
import { call } from '../support/job-calls.ts';
import { HandWorker, workedTool } from '../support/nats-workers.ts';
import { startSpawner } from '../support/spawner.ts';
import { environment } from '../support/system.ts';
import { PlainClient } from './plain-client.ts';

async function world(t: ExecutionContext) {
  const tools = [workedTool('ship'), workedTool('other')];
  const spawner = await startSpawner(t, { tools });
  const agent = newAgentId();
  await createAgent(spawner.log, agent, 'while read -r line; do :; done');
  await spawner.event(agent, 'process.ready');
  return { spawner, agent };
}

test('a worker’s credential takes no orders of other tools, speaks for none of them, and reaches nothing else', async (t) => {
  const { spawner } = await world(t);
  const { client } = await HandWorker.connect(t, spawner);
  const forbidden = [
    '$JS.API.CONSUMER.MSG.NEXT.WORK.other',
    '$JS.API.CONSUMER.MSG.NEXT.EVENTS.placement',
    '$JS.ACK.WORK.other.1.1.1.1.0',
    '$JS.API.STREAM.DELETE.WORK',
    '$JS.API.CONSUMER.DELETE.WORK.ship',
    'worked.other.job_1.completed',
    'worked.ship.job_1.offered',
    'work.ship.job_1',
    'work-over.ship.job_1',
    'jobs.job_1.completed',
    `agents.${newAgentId()}.response.answer`,
  ];
  for (const subject of forbidden) client.publish({ subject, body: '{}' });
  for (const subject of ['>', 'work.>', 'worked.>', 'work-over.other.*', '_INBOX.>', 'agents.>']) {
    client.subscribe(subject);
  }
  await client.flush();
  t.is(client.refused.length, forbidden.length + 6, client.refused.join('\n'));
});

test('an order that a worker has sent to the API, or to others’ subjects, deletes, states and completes nothing', async (t) => {
  const { spawner, agent } = await world(t);
  const worker = await HandWorker.connect(t, spawner);
  const other = await call(spawner, agent, 'other.run', {});
  const replies = [
    '$JS.API.STREAM.DELETE.EVENTS',
    '$JS.API.STREAM.PURGE.WORK',
    `worked.other.${other.id}.completed`,
    `jobs.${other.id}.completed`,
    'users.telegram.666.allowed',
    'work.other.forged',
  ];
  const before = await spawner.log.lastSequence('WORKED');
  for (const reply of replies) {
    await call(spawner, agent, 'ship.run', { input: { to: reply } });
    const subject = '$JS.API.CONSUMER.MSG.NEXT.WORK.ship';
    worker.client.publish({ subject, reply, body: '{"batch":1,"no_wait":true}' });
    await worker.client.flush();
  }
  // Behind these each stream has answered one more request.
  const said = { id: String(other.id), attempt: 1, ack: '' };
  worker.say(said, 'progress', {});
  await worker.client.flush();
  const subjects = await spawner.log.connection
    .jsm()
    .then((jsm) => jsm.streams.info('WORK', { subjects_filter: 'work.other.*' }));
  t.deepEqual(subjects.state.subjects, { [`work.other.${other.id}`]: 1 });
  t.is(await spawner.log.last('WORKED', `worked.other.${other.id}.completed`), undefined);
  t.is(await spawner.log.last('EVENTS', 'users.telegram.666.allowed'), undefined);
  t.true((await spawner.log.lastSequence('WORKED')) >= before);
  t.is(spawner.follower.state.jobs.get(String(other.id))?.phase, 'working');
});

test('an operator makes a credential, only its owner may read it, and takes it away: its worker is thrown out, and comes in no more', async (t) => {
  const { spawner } = await world(t);
  const { nats, follower, health } = spawner;
  mkdirSync(join(nats.dataDir, 'tools'), { recursive: true });
  const declared = { name: 'ship', summary: 'Ships it.', executor: { kind: 'nats' } };
  writeFileSync(join(nats.dataDir, 'tools', 'ship.json'), JSON.stringify(declared));
  const env = { ORCHESTRATOR_NATS_URL: nats.url, ORCHESTRATOR_CREDS: nats.operatorCreds };
  const run = (...line: string[]) => runHere(line, environment(nats.dataDir, env));
  t.not((await run('worker', 'credential', 'deploy', join(spawner.folder, 'no'))).code, 0);
  const file = join(spawner.folder, 'ship.creds');
  const made = await run('worker', 'credential', 'ship', file, '--json');
  t.is(made.code, 0, made.stderr);
  t.is(statSync(file).mode & 0o777, 0o600);
  const { worker } = JSON.parse(made.stdout);
  const creds = readFileSync(file, 'utf8');
  const client = await PlainClient.connect(nats.url, creds);
  t.deepEqual(client.refused, []);

  const keys = await readAgentKeys(join(nats.dataDir, 'auth'));
  if (keys === undefined) throw new Error('no keys');
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const revoker = new CredentialRevoker({
    follower,
    health,
    logger: quiet,
    clock: () => new Date(),
    revoke: (agents) => revokeAs(keys, nats.url, agents),
  });
  revoker.start(abort.signal);
  const register = await WorkerRegister.open(nats.connection);
  void revokeWorkers(revoker, register, { signal: abort.signal, logger: quiet });
  t.is((await run('worker', 'revoke', worker)).code, 0);
  await client.closed;
  const again = await PlainClient.connect(nats.url, creds);
  await again.closed;
  t.regex(again.refused.join(), /Authorization Violation/);
  t.regex((await run('worker', 'list')).stdout, new RegExp(`${worker} .*revoked`));
});
