import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import test from 'ava';
import { z } from 'zod';
import { awaitTurn } from '../../../core/operator/await-turn.ts';
import { serveAgents } from '../../../projections/agent-protocol/serve-agents.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { quiet } from '../../core/projection/folded-log.ts';
import { command, createAgent } from '../../support/commands.ts';
import { history, ofType } from '../../support/history.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';

const PATIENCE_MS = 60_000;
const OWNER = { channel: 'test', userId: 'ann' };

const leavings: (() => unknown)[] = [];
test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

let shared: Promise<{ spawner: SpawnerFixture; nc: NatsConnection }> | undefined;
function world() {
  shared ??= start();
  return shared;
}

/** A spawner with its nats-server, the bridge, and a plain client in the operator's account. */
async function start() {
  const ofFile = { teardown: (undo: () => unknown) => leavings.push(undo), title: 'protocol' };
  const spawner = await startSpawner(ofFile);
  const end = new AbortController();
  const served = await serveAgents({
    connection: await spawner.nats.connect({ name: 'bridge' }),
    log: spawner.log,
    follower: spawner.follower,
    settings: { ORCHESTRATOR_MESSAGE_MODE: 'join' },
    logger: quiet,
    version: '1.2.3',
    signal: end.signal,
    heartbeatMs: 1_000,
  });
  leavings.push(async () => {
    end.abort();
    await served.stop();
  });
  const { nc } = await spawner.nats.connect({ name: 'caller' });
  return { spawner, nc };
}

const info = z.object({
  name: z.literal('agents'),
  id: z.string(),
  version: z.literal('1.2.3'),
  metadata: z.object({
    agent: z.string(),
    owner: z.string(),
    session: z.string(),
    protocol_version: z.literal('0.3'),
  }),
  endpoints: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      queue_group: z.literal('agents'),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});

/** What an agent tells of itself once `create` has made it: heard of first, then asked for, as the protocol wants it. */
async function discovered(nc: NatsConnection, agentId: string, create: () => Promise<unknown>) {
  const beats = nc.subscribe(`agents.hb.*.*.${agentId}`, { max: 1, timeout: PATIENCE_MS });
  await nc.flush();
  await create();
  for await (const _ of beats) break;
  for await (const reply of await everybody(nc)) {
    const known = info.parse(reply.json());
    if (known.metadata.session !== agentId) continue;
    const subjectOf = (name: string) =>
      known.endpoints.find((endpoint) => endpoint.name === name)?.subject ?? '';
    return { ...known, prompt: subjectOf('prompt'), status: subjectOf('status') };
  }
  throw new Error(`${agentId} was not found`);
}

/** `nats req '$SRV.INFO.agents' '' --replies=0 --timeout=5s`. */
const everybody = (nc: NatsConnection) =>
  nc.requestMany('$SRV.INFO.agents', '', { strategy: 'timer', maxWait: 5_000 });

/** The messages of a stream up to its terminator, that one left out. */
async function stream(
  nc: NatsConnection,
  subject: string,
  payload: string,
  { key, onChunk = () => {} }: { key?: string; onChunk?: (chunk: unknown) => void } = {},
): Promise<Msg[]> {
  const inbox = `_INBOX.${Math.random().toString(36).slice(2)}`;
  const replies = nc.subscribe(inbox);
  const own = headers();
  if (key !== undefined) own.set('Nats-Msg-Id', key);
  nc.publish(subject, payload, { reply: inbox, headers: own });
  const timer = setTimeout(() => replies.unsubscribe(), PATIENCE_MS);
  const heard: Msg[] = [];
  for await (const message of replies) {
    if (message.data.length === 0 && message.headers === undefined) {
      clearTimeout(timer);
      replies.unsubscribe();
      return heard;
    }
    heard.push(message);
    if (!message.headers?.has('Nats-Service-Error-Code')) onChunk(message.json());
  }
  throw new Error(`no terminator, but ${heard.map((one) => one.string()).join(' ')}`);
}

const chunk = z.object({ type: z.string(), data: z.unknown() });
const chunks = (heard: Msg[]) => heard.map((message) => chunk.parse(message.json()));

async function demo() {
  const { spawner, nc } = await world();
  const agentId = newAgentId();
  const data = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000, owner: OWNER };
  const create = () => spawner.log.append(command(agentId, 'command.create', data));
  return { spawner, nc, agentId, found: await discovered(nc, agentId, create) };
}

test('an agent is found, beats, and streams the answer to a prompt, whose repeat is one message', async (t) => {
  const { spawner, nc, agentId, found } = await demo();
  t.like(found.metadata, { agent: 'demo', owner: 'test_ann', session: agentId });
  t.is(found.prompt, `agents.prompt.demo.test_ann.${agentId}`);
  t.like(found.endpoints[0]?.metadata, { attachments_ok: 'false' });

  const beat = { agent: 'demo', owner: 'test_ann', session: agentId, instance_id: found.id };
  t.like((await nc.request(found.status, '', { timeout: PATIENCE_MS })).json(), beat);
  for await (const message of nc.subscribe(`agents.hb.*.*.${agentId}`, { max: 1 })) {
    t.like(message.json(), { ...beat, interval_s: 1 });
  }

  const heard = await stream(nc, found.prompt, 'hello', { key: 'mine' });
  t.is(heard[0]?.headers?.get('Orchestrator-Message-Id'), 'nats-mine');
  const said = [
    { type: 'status', data: 'ack' },
    { type: 'response', data: '[1] You said: hello' },
  ];
  t.deepEqual(chunks(heard), said);
  t.deepEqual(chunks(await stream(nc, found.prompt, '{"prompt": "hello"}', { key: 'mine' })), said);
  const sent = ofType(await history(spawner.log), 'command.send');
  t.is(sent.filter(({ subject }) => subject.includes(agentId)).length, 1);

  // Nobody hears the answer: it is there for whoever comes back.
  const gone = headers();
  gone.set('Nats-Msg-Id', 'left');
  nc.publish(found.prompt, 'bye', { reply: '_INBOX.of-one-that-left', headers: gone });
  await awaitTurn(
    spawner.log,
    { agentId, commandId: 'nats-left', from: 1, timeoutMs: PATIENCE_MS },
    () => undefined,
  );
  t.is(
    chunks(await stream(nc, found.prompt, 'bye', { key: 'left' }))[1]?.data,
    '[2] You said: bye',
  );

  await spawner.log.append(command(agentId, 'command.delete', {}));
  await spawner.event(agentId, 'process.deleted');
  await t.throwsAsync(nc.request(found.status, '', { timeout: PATIENCE_MS }), {
    message: /no responders/,
  });
});

test('what is no prompt is refused with a status of the protocol, a code and a cure, and ends the stream', async (t) => {
  const { nc, found } = await demo();
  const attached = { prompt: 'x', attachments: [{ filename: 'a', content: '' }] };
  for (const wrong of [
    '',
    ' \n',
    '{',
    '{"text": "x"}',
    '{"prompt": ""}',
    JSON.stringify(attached),
  ]) {
    const [refused, ...more] = await stream(nc, found.prompt, wrong);
    t.is(refused?.headers?.get('Nats-Service-Error-Code'), '400', wrong);
    t.like(refused?.json(), { error: 'ORC_BAD_INPUT' });
    t.is(more.length, 0);
  }
  await stream(nc, found.prompt, 'one', { key: 'taken' });
  const [conflict] = await stream(nc, found.prompt, 'other', { key: 'taken' });
  t.is(conflict?.headers?.get('Nats-Service-Error-Code'), '409');
  t.like(conflict?.json(), { error: 'ORC_CONFLICT' });
});

test('a question of an agent is a query, and its reply the answer that opens the next turn', async (t) => {
  const { spawner, nc } = await world();
  const agentId = newAgentId();
  const script =
    'read -r line; orchestrator ask "Which colour?" --option red --option blue >&2; read -r line; orchestrator answer "got $line"; read -r line';
  const create = () => createAgent(spawner.log, agentId, script, { owner: OWNER });
  const found = await discovered(nc, agentId, create);
  const query = z.object({
    type: z.literal('query'),
    data: z.object({ id: z.string(), reply_subject: z.string(), prompt: z.string() }),
  });
  const onChunk = (one: unknown) => {
    const { data, success } = query.safeParse(one);
    if (success) nc.publish(data.data.reply_subject, 'blue');
  };
  const heard = chunks(await stream(nc, found.prompt, 'begin', { onChunk }));
  t.like(heard[1], { type: 'query', data: { prompt: 'Which colour? (red / blue)' } });
  t.like(heard.at(-1), { type: 'response', data: 'got blue' });
  const [, answer] = ofType(await history(spawner.log), 'command.send').filter(({ subject }) =>
    subject.includes(agentId),
  );
  t.is(answer?.data.answers, query.parse(heard[1]).data.id);
});
