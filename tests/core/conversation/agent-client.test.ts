import test, { type ExecutionContext } from 'ava';
import { AgentClient } from '../../../core/conversation/agent-client.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { ViewsClient } from '../../../platform/service/views-client.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
import { appendInOrder } from '../../support/append-in-order.ts';
import { history, ofType } from '../../support/history.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { startViews } from './views.ts';

const ADA = { channel: 'terminal', userId: 'ada' };
const WISH = { kind: 'demo', ttlMs: 60_000, turnDeadlineMs: 1_000 };

async function agentClient(nats: TestNats, patienceMs = 10_000): Promise<AgentClient> {
  const connection = await nats.connect();
  const views = new ViewsClient(connection.nc);
  return new AgentClient({ log: new EventLog(connection), views, patience: { patienceMs } });
}

async function fixture(t: ExecutionContext) {
  const nats = await startTestNats(t);
  await startViews(t, nats);
  return { nats, agentClient: await agentClient(nats) };
}

/** Makes the log say that an agent failed to start. */
async function end(nats: TestNats, agentId: string): Promise<void> {
  const event: NewEvent = {
    id: `end:${agentId}`,
    type: 'process.start-failed',
    source: 'test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'process', agentId, name: 'start-failed' }),
    data: { runId: 'run', reason: 'of the test' },
  };
  const released: NewEvent = {
    id: `release:${agentId}`,
    type: 'user.agent-released',
    source: 'test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'user', ...ADA, name: 'agent-released' }),
    data: { agentId, reason: 'of the test' },
  };
  await nats.log.append([event, released]);
}

test.serial('a person without an agent gets one, assigned and created in one batch', async (t) => {
  const { nats, agentClient } = await fixture(t);

  const assigned = await agentClient.getOrCreate(ADA, {
    ...WISH,
    kind: 'line',
    commandLine: 'cat',
  });

  t.true(assigned.created);
  const events = await history(nats.log);
  const [create] = ofType(events, 'command.create');
  const wished = { ...WISH, kind: 'line', name: 'line', commandLine: 'cat' };
  t.deepEqual(create?.data, { ...wished, owner: ADA });
  t.true(create?.subject.includes(assigned.agentId));
  t.is(ofType(events, 'user.agent-assigned')[0]?.data.agentId, assigned.agentId);
});

test.serial('twenty who ask at once over several connections get one agent', async (t) => {
  const { nats } = await fixture(t);
  const agentClients = await Promise.all(Array.from({ length: 4 }, () => agentClient(nats)));

  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) => agentClients[index % 4]?.getOrCreate(ADA, WISH)),
  );

  t.is(new Set(all.map((one) => one?.agentId)).size, 1);
  t.is(all.filter((one) => one?.created).length, 1);
  t.is(ofType(await history(nats.log), 'command.create').length, 1);
});

test.serial('two people get an agent each', async (t) => {
  const { agentClient } = await fixture(t);

  const ada = await agentClient.getOrCreate(ADA, WISH);
  const bob = await agentClient.getOrCreate({ ...ADA, userId: 'bob' }, WISH);

  t.not(ada.agentId, bob.agentId);
});

test.serial('an agent that is there is taken, also before its process runs', async (t) => {
  const { agentClient } = await fixture(t);
  const { agentId } = await agentClient.getOrCreate(ADA, WISH);

  t.deepEqual(await agentClient.getOrCreate(ADA, WISH), { agentId, created: false });
});

/** Makes the log say that an agent has answered a message and was stopped. */
async function talkedAndStopped(nats: TestNats, agentId: string): Promise<void> {
  const state = (name: string, data: object): NewEvent =>
    ({
      id: `${name}:${agentId}`,
      type: `process.${name}`,
      source: 'test',
      time: new Date().toISOString(),
      subject: subjectOf({ family: 'process', agentId, name }),
      data,
      // Name and data belong together where it is called.
    }) as NewEvent;
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const run = { runId: 'run', node: 'node-test', epoch: 1, runtime: 'local', expiresAt };
  const delivered = { runId: 'run', commandId: 'm-1', turnId: 'turn-1', bytes: 1 };
  await appendInOrder(nats.log, [
    state('starting', run),
    state('ready', { runId: 'run' }),
    state('delivered', delivered),
    state('stopped', { runId: 'run', reason: 'ttl', code: 0, signal: null }),
  ]);
}

test.serial(
  'an agent that has ended goes on with the next message, whoever asks at once',
  async (t) => {
    const { nats, agentClient: client } = await fixture(t);
    const { agentId } = await client.getOrCreate(ADA, WISH);
    await talkedAndStopped(nats, agentId);
    const others = await Promise.all([agentClient(nats), agentClient(nats)]);

    const all = await Promise.all([client, ...others].map((each) => each.getOrCreate(ADA, WISH)));

    t.deepEqual(new Set(all.map((each) => each.agentId)), new Set([agentId]));
    t.false(all.some(({ created }) => created));
    const events = await history(nats.log);
    t.is(ofType(events, 'command.resume').length, 1);
    t.is(ofType(events, 'command.create').length, 1);
    t.is(ofType(events, 'user.agent-assigned').at(-1)?.data.agentId, agentId);
  },
);

test.serial(
  'one of another kind or project does not go on where these are asked for',
  async (t) => {
    const { nats, agentClient } = await fixture(t);
    const first = await agentClient.getOrCreate(ADA, WISH);
    await talkedAndStopped(nats, first.agentId);

    const second = await agentClient.getOrCreate(ADA, { ...WISH, kind: 'line', ofThisKind: true });

    t.true(second.created);
    t.is(second.previous, first.agentId);
    t.is(second.previousName, 'demo');
  },
);

test.serial(
  'one that was never started and never said anything is nothing to go on with',
  async (t) => {
    const { nats, agentClient } = await fixture(t);
    const first = await agentClient.getOrCreate(ADA, WISH);
    await end(nats, first.agentId);

    const second = await agentClient.getOrCreate(ADA, WISH);

    t.true(second.created);
    t.is(second.previous, first.agentId);
  },
);

test.serial('one that goes on has another name where one that lives has its own', async (t) => {
  const { nats, agentClient } = await fixture(t);
  const { agentId } = await agentClient.getOrCreate(ADA, WISH);
  await talkedAndStopped(nats, agentId);
  await agentClient.createAnother(ADA, WISH, 'agent-00000000000a');
  const views = new ViewsClient((await nats.connect()).nc);
  const { agent } = await views.request('agent', { agentId }, { timeoutMs: 5_000 });

  await agentClient.resume(ADA, agent, 'update-1');
  await agentClient.resume(ADA, agent, 'update-1');

  const resumes = ofType(await history(nats.log), 'command.resume');
  t.deepEqual(
    resumes.map(({ data }) => data.name),
    ['demo 2'],
  );
  t.is((await agentClient.getOrCreate(ADA, WISH)).agentId, agentId);
});

test.serial('a release without any assignment is as good as no agent', async (t) => {
  const { nats, agentClient } = await fixture(t);
  await end(nats, 'agent-0123456789ab');

  const assigned = await agentClient.getOrCreate(ADA, WISH);

  t.true(assigned.created);
  t.is(assigned.previous, undefined);
});

test.serial('a message is a command of the person, and tells its id and place', async (t) => {
  const { nats, agentClient } = await fixture(t);
  const { agentId } = await agentClient.getOrCreate(ADA, WISH);

  const sent = await agentClient.send(agentId, 'hello 👋', {
    from: ADA,
    mode: 'wait',
    answers: 'q',
  });

  const [event] = ofType(await history(nats.log), 'command.send');
  t.like(event, {
    id: sent.commandId,
    sequence: sent.sequence,
    correlationId: sent.commandId,
    source: 'orchestrator/terminal/ada',
    data: { text: 'hello 👋', from: ADA, mode: 'wait', answers: 'q' },
  });
});

test.serial('a message with a cause is stored once, however often it is sent', async (t) => {
  const { nats, agentClient } = await fixture(t);
  const options = { from: ADA, id: 'update-7', once: true };

  await agentClient.send('agent-0123456789ab', 'hello', options);
  await agentClient.send('agent-0123456789ab', 'hello', options);

  t.is(ofType(await history(nats.log), 'command.send').length, 1);
});

test.serial('an agent is asked to interrupt and to stop', async (t) => {
  const { nats, agentClient } = await fixture(t);

  const interrupt = await agentClient.control('agent-0123456789ab', 'interrupt', ADA);
  const stop = await agentClient.control('agent-0123456789ab', 'stop', ADA);

  const events = await history(nats.log);
  t.is(ofType(events, 'command.interrupt')[0]?.id, interrupt.commandId);
  t.is(ofType(events, 'command.stop')[0]?.id, stop.commandId);
});

test.serial('a person gets a further agent, and goes back to the one before', async (t) => {
  const { nats, agentClient } = await fixture(t);
  const { agentId } = await agentClient.getOrCreate(ADA, WISH);

  await agentClient.createAnother(ADA, WISH, 'agent-00000000000a');
  await agentClient.createAnother(ADA, WISH, 'agent-00000000000a');
  t.is((await agentClient.getOrCreate(ADA, WISH)).agentId, 'agent-00000000000a');
  await agentClient.switchTo(ADA, agentId, 'update-8');
  t.is((await agentClient.getOrCreate(ADA, WISH)).agentId, agentId);

  t.is(ofType(await history(nats.log), 'command.create').length, 2);
});

test.serial('a longer life is asked for under an id of its cause', async (t) => {
  const { nats, agentClient } = await fixture(t);

  const sent = await agentClient.extend('agent-0123456789ab', 5_000, ADA, 'update-9');

  t.is(sent.commandId, 'update-9');
  t.is(ofType(await history(nats.log), 'command.extend')[0]?.data.ttlMs, 5_000);
});

test.serial('a message over the broker’s limit is refused with the limit named', async (t) => {
  const nats = await startTestNats(t, { maxPayload: 4096 });
  const talker = await agentClient(nats);

  const error = await t.throwsAsync(
    talker.send('agent-0123456789ab', 'x'.repeat(5000), { from: ADA }),
    { instanceOf: OrchestratorError },
  );

  t.is(error.code, 'ORC_TOO_LARGE');
  t.regex(error.message, /4096/);
});

test.serial('a message waits for a server that comes back, and is stored once', async (t) => {
  const nats = await startTestNats(t);
  const talker = await agentClient(nats, 60_000);
  await nats.kill();

  const sending = talker.send('agent-0123456789ab', 'hello', { from: ADA });
  await nats.restart();
  await sending;

  t.is(ofType(await history(nats.log), 'command.send').length, 1);
});

test.serial(
  'a server that does not come back is said when the patience is at an end',
  async (t) => {
    const nats = await startTestNats(t);
    const talker = await agentClient(nats, 1);
    await nats.kill();

    const error = await t.throwsAsync(talker.send('agent-0123456789ab', 'hello', { from: ADA }), {
      instanceOf: OrchestratorError,
    });

    t.is(error.code, 'ORC_NOT_REACHABLE');
  },
);

test.serial(
  'a message whose id stands for another event is not lost: it goes under its own',
  async (t) => {
    const { nats, agentClient } = await fixture(t);
    const { agentId } = await agentClient.getOrCreate(ADA, WISH);
    const first = await agentClient.send(agentId, 'one', { from: ADA, id: 'update-1' });
    const second = await agentClient.send(agentId, 'two', { from: ADA, id: 'update-1' });
    const repeat = await agentClient.send(agentId, 'two', { from: ADA, id: 'update-1' });

    t.false(first.repeated || second.repeated);
    t.true(repeat.repeated);
    t.not(second.commandId, first.commandId);
    t.is(repeat.commandId, second.commandId);
    const texts = ofType(await history(nats.log), 'command.send').map(({ data }) => data.text);
    t.deepEqual(texts, ['one', 'two']);
  },
);

test.serial(
  'D9: however many are made at once, each has a name of its own, and a repeat makes none',
  async (t) => {
    const { nats, agentClient } = await fixture(t);
    const ids = Array.from({ length: 5 }, (_, index) => `agent-00000000000${index}`);

    const created = await Promise.all(ids.map((id) => agentClient.createAnother(ADA, WISH, id)));
    const again = await agentClient.createAnother(ADA, WISH, ids[0] ?? '');

    const names = created.map(({ name }) => name);
    t.deepEqual(names.toSorted(), ['demo', 'demo 2', 'demo 3', 'demo 4', 'demo 5']);
    t.is(names[0], again.name);
    t.is(ofType(await history(nats.log), 'command.create').length, 5);
  },
);

test.serial(
  'D9: a name is one living agent’s of a person, and free when that has ended',
  async (t) => {
    const { nats, agentClient } = await fixture(t);
    const [first, second] = ['agent-000000000001', 'agent-000000000002'] as const;
    const wish = { ...WISH, name: 'Shop' };
    await agentClient.createAnother(ADA, wish, first);

    const again = () => agentClient.createAnother(ADA, { ...wish, name: 'shop' }, second);
    const error = await t.throwsAsync(again(), { instanceOf: OrchestratorError });
    t.is(error?.code, 'ORC_NAME_TAKEN');
    const ben = { ...ADA, userId: 'ben' };
    t.is((await agentClient.createAnother(ben, wish, 'agent-000000000003')).name, 'Shop');
    await end(nats, first);
    t.is((await again()).name, 'shop');
  },
);
