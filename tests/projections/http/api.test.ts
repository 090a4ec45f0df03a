import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import test from 'ava';
import {
  createAgent,
  createClient,
  getAgent,
  listAgents,
  type Problem,
  sendMessage,
} from '../../../docs/client/index.js';
import { docsPage } from '../../../projections/http/docs-page.ts';
import { HANDLERS } from '../../../projections/http/handlers.ts';
import { HTTP_ROUTES } from '../../../schemas/http/http-routes.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import { spanIdOf } from '../../../schemas/trace-context.ts';
import { history } from '../../support/history.ts';
import { systemOfFile } from '../../support/system-of-file.ts';
import { ApiClient } from './support/api-client.ts';

const sharedSystem = systemOfFile();

const clientOf = async () => ApiClient.of(await sharedSystem());

const WAIT = { prefer: 'wait=60' };

test('an agent is created, talked to, looked at, extended, stopped and deleted by HTTP', async (t) => {
  const api = await clientOf();
  const owner = { channel: 'test', userId: 'ada' };
  const created = await api.ask('createAgent', {
    body: { kind: 'demo', name: 'mender', owner, ttl: '1h' },
    headers: WAIT,
  });
  t.is(created.status, 201);
  t.like(created.body, { name: 'mender', ready: true });
  const params = { agent: created.body.agentId };

  const sent = await api.ask('sendMessage', {
    params,
    body: { text: 'hello' },
    headers: WAIT,
  });
  t.is(sent.status, 200);
  t.like(sent.body, {
    state: 'ended',
    said: { 0: { type: 'answer', text: '[1] You said: hello' } },
  });
  const quick = await api.ask('sendMessage', {
    params: { agent: 'mender' },
    body: { text: 'you' },
  });
  t.is(quick.status, 202);
  t.like(quick.body, { state: 'sent', said: [] });

  const { turnId = '' } = sent.body;
  const turn = await api.ask('getTurn', { params: { turn: turnId } });
  t.like(turn.body, { state: 'ended', answers: 1, messages: [sent.body.commandId] });
  const { turns, next } = (await api.ask('listTurns', { params, query: { limit: 1 } })).body;
  t.deepEqual([turns[0]?.turnId, next === undefined || next === turnId], [turnId, true]);

  t.like((await api.ask('getAgent', { params: { agent: 'mender' } })).body, {
    kind: 'demo',
    owner,
  });
  const { agents } = (await api.ask('listAgents', { query: { owner: 'test/ada' } })).body;
  t.deepEqual(
    agents.map(({ agentId }) => agentId),
    [created.body.agentId],
  );
  const { lines } = (await api.ask('getLogs', { params, query: { lines: 1000 } })).body;
  t.true(lines.some(({ line }) => line === 'demo agent: ready'));
  const text = await api.fetch('getLogs', { params, headers: { accept: 'text/plain' } });
  t.regex(await text.text(), /^demo agent: ready\n/m);

  t.like((await api.ask('extendAgent', { params, body: { ttl: '4h' }, headers: WAIT })).body, {
    outcome: 'extended',
  });
  t.is((await api.ask('interruptAgent', { params, headers: WAIT })).body.outcome, 'interrupted');
  t.is((await api.ask('stopAgent', { params, headers: WAIT })).body.outcome, 'stopped');
  t.is((await api.ask('resumeAgent', { params, headers: WAIT })).body.outcome, 'resumed');
  const { status, code } = await api.problem('resumeAgent', { params });
  t.deepEqual([status, code], [409, 'ORC_NOT_RESUMABLE']);
  t.is((await api.ask('deleteAgent', { params, headers: WAIT })).body.outcome, 'deleted');
  t.like(await api.problem('sendMessage', { params, body: { text: 'late' }, headers: WAIT }), {
    status: 410,
    code: 'ORC_AGENT_ENDED',
  });
});

test('the generated client lists agents, sends and waits, and has problems as typed errors', async (t) => {
  const client = createClient({ baseUrl: (await clientOf()).url });
  const body = { kind: 'demo', name: 'typed' };
  const created = await createAgent({ client, body, headers: { Prefer: 'wait=60' } });
  t.is(created.error, undefined);
  const listed = await listAgents({ client, query: { kind: 'demo' } });
  t.true(listed.data?.agents.some(({ names }) => names?.includes('typed')));
  const path = { agent: 'typed' };
  const sent = await sendMessage({
    client,
    path,
    body: { text: 'hi' },
    headers: { Prefer: 'wait=60' },
  });
  t.is(sent.response?.status, 200);
  t.is(sent.data?.said[0]?.text, '[1] You said: hi');

  const { data, error } = await getAgent({ client, path: { agent: 'agent-000000000000' } });
  t.is(data, undefined);
  const problem: Problem | undefined = error;
  t.like(problem, { status: 404, code: 'ORC_AGENT_NOT_FOUND' });
  t.is(typeof problem?.cure, 'string');
  // @ts-expect-error: such a filter is not there.
  await listAgents({ client, query: { colour: 'red' } });
});

test('a POST that is repeated under its Idempotency-Key is one message, and has one answer', async (t) => {
  const api = await clientOf();
  const create = { body: { kind: 'demo' }, headers: { ...WAIT, 'idempotency-key': 'one-agent' } };
  const first = await api.ask('createAgent', create);
  t.is((await api.ask('createAgent', create)).body.agentId, first.body.agentId);
  const params = { agent: first.body.agentId };
  const headers = { ...WAIT, 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' };
  const send = { params, body: { text: 'once' }, headers };
  const answers = await Promise.all([api.ask('sendMessage', send), api.ask('sendMessage', send)]);
  const again = await api.ask('sendMessage', send);

  for (const { body } of [...answers, again]) {
    t.like(body, { commandId: again.body.commandId, said: { 0: { text: '[1] You said: once' } } });
  }
  const query = { agent: params.agent, type: 'command.send' };
  t.is((await api.ask('listEvents', { query })).body.events.length, 1);
  const other = await api.problem('sendMessage', { ...send, body: { text: 'another' } });
  t.like(other, { status: 409, code: 'ORC_CONFLICT' });
});

test('an agent is rewound, and what is not undone by that is told', async (t) => {
  const api = await clientOf();
  const { body: made } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: made.agentId };
  const say = (text: string) => api.ask('sendMessage', { params, body: { text }, headers: WAIT });
  const { body: first } = await say('One thing');
  await say('Another thing');
  const to = first.commandId;
  t.is((await api.problem('rewindAgent', { params, body: { to } })).code, 'ORC_USAGE');
  const ask = { params, body: { to, conversation: true }, headers: WAIT };
  const { body } = await api.ask('rewindAgent', ask);
  t.like(body, { outcome: 'rewound', turnId: first.turnId });
  t.regex(body.notUndone.join('\n'), /^\S+ it answered: .*Another thing/);
  const again = await api.problem('rewindAgent', { ...ask, body: { to, files: true } });
  t.is(again.code, 'ORC_NO_CHANGES');
});

test('an agent is forked: the fork knows what was said, by a digest that is its first message', async (t) => {
  const api = await clientOf();
  const { body: made } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: made.agentId };
  t.is((await api.problem('forkAgent', { params })).code, 'ORC_NOT_FORKABLE');
  const say = (text: string) => api.ask('sendMessage', { params, body: { text }, headers: WAIT });
  const { body: first } = await say('My name is Ada');
  await say('Something else');

  const owner = { channel: 'test', userId: 'forked' };
  const headers = { ...WAIT, 'idempotency-key': 'one-fork' };
  const ask = { params, body: { at: first.commandId, owner }, headers };
  const [fork, same] = await Promise.all([api.ask('forkAgent', ask), api.ask('forkAgent', ask)]);
  const { turnId } = first;
  t.like(fork.body, { memory: 'digest', messages: 2, leftOut: 0, ready: true });
  t.like(fork.body.forkedFrom, { agentId: made.agentId, turnId });
  t.is(fork.body.files, undefined);
  t.is(same.body.agentId, fork.body.agentId);
  const of = { params: { agent: fork.body.agentId } };
  t.like((await api.ask('getAgent', of)).body, { owner, forkedFrom: fork.body.forkedFrom });
  const query = { agent: fork.body.agentId, type: 'command.' };
  const { events } = (await api.ask('listEvents', { query })).body;
  t.deepEqual(
    events.map(({ type }) => type),
    ['command.create', 'command.send'],
  );
  const told = JSON.stringify(events.at(-1)?.data);
  t.regex(told, /Your folder is empty/);
  t.regex(told, /> My name is Ada/);
  t.notRegex(told, /Something else/);
  t.like(await api.problem('forkAgent', { ...ask, body: { at: 'turn-none' } }), {
    status: 404,
    code: 'ORC_TURN_NOT_FOUND',
  });
  const unknown = { params, body: { kind: 'none' } };
  t.is((await api.problem('forkAgent', unknown)).code, 'ORC_UNKNOWN_KIND');
});

test('a turn is run otherwise: its tools are answered by the record, and both are shown side by side', async (t) => {
  const api = await clientOf();
  const { body: made } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: made.agentId };
  const create = (name: string) => `Create project ${name}`;
  const ask = { params, body: { text: create('mine') }, headers: WAIT };
  const { body: was } = await api.ask('sendMessage', ask);
  t.is((await api.problem('getWhatIf', { params })).code, 'ORC_BAD_INPUT');

  const headers = { ...WAIT, 'idempotency-key': 'one-what-if' };
  const body = { at: was.turnId, withoutIsolation: true };
  const same = (await api.ask('whatIfAgent', { params, body, headers })).body;
  t.like(same, {
    of: { agentId: made.agentId, turnId: was.turnId },
    isolated: false,
    isOver: true,
  });
  t.deepEqual(same.recorded.calls, [
    { name: 'project create', input: { name: 'mine' }, result: 'done' },
  ]);
  t.like(same.tried.calls[0], { name: 'project create', result: 'recorded' });
  t.is(same.tried.said[0]?.text, same.recorded.said[0]?.text, 'with the id of that project');
  const again = { params, body: { ...body, say: create('other') }, headers: WAIT };
  const other = (await api.ask('whatIfAgent', again)).body;
  t.like(other.tried.calls[0], { result: 'refused', code: 'ORC_NOT_RECORDED' });
  const of = { params: { agent: same.agentId } };
  t.deepEqual((await api.ask('getWhatIf', of)).body, same);
  t.like((await api.ask('getAgent', of)).body, { deleted: true, whatIf: same.of });
});

test('a message that comes with a trace is in that one, and so is its turn', async (t) => {
  const api = await clientOf();
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: created.agentId };
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = `${trace}-00f067aa0ba902b7-01`;
  const headers = { ...WAIT, traceparent };
  const { body: sent } = await api.ask('sendMessage', { params, body: { text: 'hi' }, headers });
  const events = await history(await (await sharedSystem()).log(), agentFilter(created.agentId));
  const ofMessage = events.filter(({ correlationId }) => correlationId === sent.commandId);
  const [command, ...rest] = ofMessage.map((event) => event.traceparent);
  t.is(command, traceparent);
  t.true(rest.length >= 3);
  t.deepEqual([...new Set(rest)], [`${trace}-${spanIdOf('message', sent.commandId)}-01`]);
});

test('events are filtered by type, agent, correlation, sequence and time, page by page', async (t) => {
  const api = await clientOf();
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const { agentId } = created;
  const send = { params: { agent: agentId }, body: { text: 'hello' }, headers: WAIT };
  const { body: sent } = await api.ask('sendMessage', send);
  const ofMessage = await api.ask('listEvents', { query: { correlation: sent.commandId } });
  const types = ofMessage.body.events.map(({ type }) => type);
  for (const type of ['command.send', 'turn.started', 'response.answer', 'turn.ended']) {
    t.true(types.includes(type), type);
  }
  const turns = { agent: agentId, type: 'turn.', limit: 1 };
  const page = (await api.ask('listEvents', { query: turns })).body;
  t.deepEqual([page.events.length, page.events[0]?.type], [1, 'turn.started']);
  const next = (await api.ask('listEvents', { query: { ...turns, from: page.next ?? 0 } })).body;
  t.true((next.events[0]?.sequence ?? 0) > (page.events[0]?.sequence ?? 0));
  const past = await api.ask('listEvents', { query: { from: '1ms' } });
  t.is(past.body.events.length, 0);
  t.like(await api.problem('listEvents', { query: { from: 'yesterday' } }), { status: 400 });
});

test('a file goes to an agent with a message, and comes back as it was', async (t) => {
  const api = await clientOf();
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: created.agentId };
  const bytes = Buffer.from([0, 1, 2, 255, 10]);
  const stored = await api.ask('storeFile', {
    params,
    query: { name: '../x/a b.bin' },
    body: bytes,
  });
  t.like(stored.body, { name: 'a b.bin', size: 5 });
  const body = { text: 'look', files: [stored.body] };
  t.is((await api.ask('sendMessage', { params, body, headers: WAIT })).status, 200);
  const file = await api.fetch('getFile', { params: { file: stored.body.fileId } });
  t.deepEqual(Buffer.from(await file.arrayBuffer()), bytes);
  t.is(file.headers.get('content-disposition'), 'attachment');
  t.like(await api.problem('getFile', { params: { file: 'none' } }), {
    code: 'ORC_FILE_NOT_FOUND',
  });
});

test('projects, jobs, deliveries, users, nodes and the log itself are there to be looked at', async (t) => {
  const api = await clientOf();
  const owner = { channel: 'test', userId: 'bea' };
  const { body: project } = await api.ask('createProject', { body: { name: 'shop', owner } });
  t.like((await api.ask('getProject', { params: { project: 'shop' } })).body, { id: project.id });
  t.is(
    (await api.ask('useProject', { params: { project: 'shop' }, body: { owner } })).body.name,
    'shop',
  );
  const params = { channel: 'test', user: 'bea' };
  t.is((await api.ask('getUser', { params })).body.projectId, project.id);
  const { users } = (await api.ask('listUsers')).body;
  t.true(users.some(({ userId }) => userId === 'bea'));
  t.is((await api.ask('listProjects', { query: { owner: 'test/bea' } })).body.projects.length, 1);
  t.like(await api.problem('diffProject', { params: { project: 'shop' } }), { status: 404 });
  t.is((await api.ask('archiveProject', { params: { project: 'shop' } })).body.state, 'archived');

  t.deepEqual((await api.ask('listJobs')).body.jobs, []);
  t.like(await api.problem('getJob', { params: { job: 'job-1' } }), { code: 'ORC_JOB_NOT_FOUND' });
  t.deepEqual((await api.ask('listDeliveries')).body.deliveries, []);
  const { nodes } = (await api.ask('listNodes')).body;
  t.is(nodes[0]?.state, 'serving');
  const node = { node: nodes[0]?.node ?? '' };
  t.is((await api.ask('resumeNode', { params: node })).body.state, 'serving');
  t.like(await api.problem('drainNode', { params: { node: 'none' } }), {
    code: 'ORC_NODE_NOT_FOUND',
  });
  t.deepEqual((await api.ask('listArchive')).body.files, []);
  t.like((await api.ask('verify')).body, { equal: true });
});

test('an error is a problem with our code and its cure', async (t) => {
  const api = await clientOf();
  const params = { agent: 'agent-0123456789ab' };
  const missing = await api.problem('getAgent', { params });
  t.like(missing, { status: 404, code: 'ORC_AGENT_NOT_FOUND', type: '/docs#ORC_AGENT_NOT_FOUND' });
  t.truthy(missing.cure);
  t.like(await api.problem('createAgent', { body: { kind: 'nothing' } }), {
    code: 'ORC_UNKNOWN_KIND',
  });
  t.like(await api.problem('createAgent', { body: { kidn: 'demo' } }), { code: 'ORC_BAD_INPUT' });
  t.like(await api.problem('listAgents', { query: { limit: 0 } }), { status: 400 });
  // Refused by what is said of it: nobody has to send it all.
  const large = request(`${api.url}/agents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': 5_000_000 },
  });
  large.on('error', () => undefined);
  large.flushHeaders();
  const [refused] = await once(large, 'response');
  t.like(await json(refused), { status: 413, code: 'ORC_TOO_LARGE' });
  large.destroy();
  for (const path of ['/nowhere', '/agents/x/y/z']) {
    const response = await fetch(`${api.url}${path}`);
    t.is(response.status, 404);
    t.like(await response.json(), { code: 'ORC_NO_ROUTE' });
  }
  const broken = await fetch(`${api.url}/agents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"kind":',
  });
  t.like(await broken.json(), { status: 400, code: 'ORC_BAD_INPUT' });
});

test('the API describes itself, and its page asks nobody for anything', async (t) => {
  const api = await clientOf();
  const { body } = await api.ask('openapi');
  const paths: unknown = body.paths;
  for (const { path } of Object.values(HTTP_ROUTES)) t.true(path in Object(paths), path);
  t.deepEqual(Object.keys(HANDLERS).sort(), Object.keys(HTTP_ROUTES).sort());
  const page = await api.fetch('docs');
  t.regex(page.headers.get('content-security-policy') ?? '', /^default-src 'none'/);
  t.is(await page.text(), docsPage());
  t.notRegex(docsPage(), /<script|<link|<img|src=|@import|url\(|https?:\/\//);
});
