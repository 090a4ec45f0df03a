import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient } from '@modelcontextprotocol/ext-tasks/client';
import test from 'ava';
import { z } from 'zod';
import { createToken } from '../../../core/operator/api-tokens.ts';
import type { Scope } from '../../../schemas/events/token.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { createAgent } from '../../support/commands.ts';
import { shellTool } from '../../support/declared.ts';
import { history, ofType } from '../../support/history.ts';
import { call, happened } from '../../support/job-calls.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';
import { servingApi } from './support/serving-api.ts';

const REVISION = '2026-07-28';
const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const clientInfo = { name: 'test', version: '1.0.0' };

const leavings: (() => unknown)[] = [];
test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

interface World {
  spawner: SpawnerFixture;
  url: URL;
  /** A token of each scope: with the first, every request wants one. */
  token: (scope: Scope) => string;
}

let shared: Promise<World> | undefined;
function world(): Promise<World> {
  shared ??= start();
  return shared;
}

/** A spawner, its nats-server and the API, of this file. */
async function start(): Promise<World> {
  const ofFile = { teardown: (undo: () => unknown) => leavings.push(undo), title: 'mcp' };
  const tools = [
    shellTool('ship', 'echo \'{"result":{"at":"x"}}\' >&3', { confirm: 'ask' }),
    shellTool('wait', 'exec sleep 600'),
    shellTool('fail', 'echo "no host" >&2; exit 3'),
  ];
  const spawner = await startSpawner(ofFile, { tools });
  const tokens = new Map<Scope, string>();
  for (const scope of ['read', 'chat', 'operate'] as const) {
    tokens.set(scope, (await createToken(spawner.log, { name: scope, scope })).token);
  }
  const { url } = await servingApi(ofFile, spawner.nats);
  return { spawner, url: new URL('/mcp', url), token: (scope) => tokens.get(scope) ?? '' };
}

/** The official client, by the revision that it prefers, or as those of 2025 are. */
async function connected(scope: Scope, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const { url, token } = await world();
  const client = new Client(clientInfo, { versionNegotiation: { mode } });
  const headers = { authorization: `Bearer ${token(scope)}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  leavings.push(() => client.close());
  return client;
}

const content = z.array(z.object({ type: z.literal('text'), text: z.string() })).length(1);

/** What a tool came to, and its text. */
async function use(client: Client, name: string, input: Record<string, unknown> = {}) {
  const result = await client.callTool({ name, arguments: input }, { timeout: 60_000 });
  const [first] = content.parse(result.content);
  return { text: first?.text ?? '', is: result.structuredContent, isError: result.isError };
}

const asked = z.object({
  key: z.string(),
  commandId: z.string(),
  state: z.string(),
  turnId: z.string().optional(),
  said: z.array(z.object({ text: z.string() })),
});

test('a model finds an agent, asks it, reads what it printed; a repeat under a key is one message', async (t) => {
  const { spawner } = await world();
  for (const mode of ['auto', 'legacy'] as const) {
    const name = `mender-${mode}`;
    const client = await connected('operate', mode);
    t.is(client.getServerVersion()?.name, 'orchestrator');
    const made = await use(client, 'create_agent', { kind: 'demo', name });
    t.like(made.is, { name, ready: true }, made.text);
    t.true((await use(client, 'list_agents', { kind: 'demo' })).text.includes(name));

    const input = { agent: name, text: 'hello', key: `k-${mode}` };
    const first = asked.parse((await use(client, 'ask_agent', input)).is);
    t.is(first.state, 'ended');
    t.is(first.said[0]?.text, '[1] You said: hello');
    t.deepEqual(asked.parse((await use(client, 'ask_agent', input)).is), first, 'come back for it');
    const other = await use(client, 'send_message', { ...input, text: 'other' });
    t.like(other.is, { code: 'ORC_CONFLICT', status: 409 });
    // Without a key of one's own there is one, by which one comes back.
    const cut = asked.parse(
      (await use(client, 'ask_agent', { agent: name, text: 'b', wait: 0 })).is,
    );
    t.is(cut.state, 'sent');
    const back = await use(client, 'ask_agent', { agent: name, text: 'b', key: cut.key });
    t.is(asked.parse(back.is).said[0]?.text, '[2] You said: b');

    const turn = await use(client, 'get_turn', { turn: first.turnId });
    t.like(turn.is, { state: 'ended', messages: [first.commandId] });
    t.is((await use(client, 'read_logs', { agent: name, lines: 1 })).isError, undefined);
    const sent = ofType(await history(spawner.log), 'command.send');
    t.is(sent.filter(({ id }) => id === first.commandId).length, 1);
  }
});

test('a token sees and calls the tools of its scope; what fails has a code and a cure', async (t) => {
  const reader = await connected('read');
  const names = async (client: Client) => (await client.listTools()).tools.map(({ name }) => name);
  t.false((await names(reader)).includes('send_message'));
  t.true((await names(await connected('chat'))).includes('ask_agent'));
  const all = await names(await connected('operate'));
  t.true(all.includes('cancel_job'));
  const page = await readFile(join(import.meta.dirname, '../../../docs/mcp.md'), 'utf8');
  for (const name of all) t.true(page.includes(`\`${name}\``), name);

  const refused = await use(reader, 'send_message', { agent: 'a', text: 'x' });
  t.true(refused.isError);
  t.regex(refused.text, /^ORC_NOT_PERMITTED: .*--scope chat/);
  const none = await use(reader, 'get_agent', { agent: 'nobody' });
  t.like(none.is, { code: 'ORC_AGENT_NOT_FOUND', status: 404 });
  t.regex(none.text, /`orchestrator agents` lists them/);
  for (const wrong of [{ agents: 'a' }, { agent: 1 }, {}, { agent: 'a', lines: 0 }]) {
    const { is } = await use(reader, 'read_logs', wrong);
    t.like(is, { code: 'ORC_BAD_INPUT' }, JSON.stringify(wrong));
  }
  t.like((await use(reader, 'no_such_tool')).is, { code: 'ORC_BAD_INPUT' });
});

test('it is asked with a token, by an own host, one message at a time, as the rest of the API', async (t) => {
  const { url, token } = await world();
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
  const post = async (headers: Record<string, string>, body: unknown = message) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token('read')}`,
        ...headers,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, text: await response.text() };
  };
  t.is((await post({})).status, 200);
  const unknown = await post({ authorization: 'Bearer orc_none' });
  t.is(unknown.status, 401);
  t.regex(unknown.text, /ORC_CREDS/);
  t.regex((await post({ origin: 'http://evil.example' })).text, /ORC_FOREIGN_HOST/);
  t.regex((await post({}, [message, message])).text, /ORC_BAD_INPUT/);
  t.regex((await post({}, { ...message, params: 'x'.repeat(5 << 20) })).text, /ORC_TOO_LARGE/);
  // There are no sessions to listen in, nor to end.
  const headers = { authorization: `Bearer ${token('read')}`, accept: 'text/event-stream' };
  t.is((await fetch(url, { headers })).status, 405);
});

/** Posts messages as they are, for the session of tasks, which frames them itself. */
async function taskSession(
  scope: Scope,
  answer: { approved: boolean } | undefined = undefined,
  seen: string[] = [],
) {
  const { url, token } = await world();
  const client = await connected(scope);
  return createTaskSessionFromClient(client, {
    endpointId: url.href,
    v2RequestFraming: { protocolVersion: REVISION, clientInfo, clientCapabilities: TASKS },
    rawDispatch: async (request) => {
      const { method, params } = Object(request);
      seen.push(method);
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token(scope)}`,
          'mcp-protocol-version': REVISION,
          'mcp-method': method,
          'mcp-name': params.taskId ?? params.name,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: seen.length, ...Object(request) }),
      });
      const { result, error } = Object(await response.json());
      return error === undefined ? { kind: 'result', result } : { kind: 'error', error };
    },
    onInputRequest: async ({ params }) => {
      seen.push(String(Object(params).message));
      // Elicitation is all that a job asks by.
      return { action: 'accept', content: answer } as never;
    },
  });
}

/** An agent that does nothing of itself: what it calls, the tests publish for it. */
async function idleAgent(): Promise<string> {
  const { spawner } = await world();
  const agent = newAgentId();
  const owner = { channel: 'test', userId: 'ann' };
  await createAgent(spawner.log, agent, 'while read -r line; do :; done', { owner });
  await spawner.event(agent, 'process.ready');
  return agent;
}

test('a job is a task: it asks its client whether it may run, and ends with what it came to', async (t) => {
  const { spawner } = await world();
  const agent = await idleAgent();
  const id = String((await call(spawner, agent, 'ship.run', {})).id);
  await happened(spawner, id, 'job.input-required');
  const seen: string[] = [];
  const session = await taskSession('chat', { approved: true }, seen);
  const { outcome } = await (await session.callTool('wait_for_job', { job: id })).settle();
  t.like(outcome, { status: 'completed' }, `${Reflect.get(outcome, 'error')} ${seen}`);
  t.like(Reflect.get(Object(outcome), 'result'), {
    structuredContent: { id, state: 'completed', result: { at: 'x' } },
  });
  t.true(seen.includes('tasks/get') && seen.includes('tasks/update'), seen.join());
  // One that knows no tasks gets the same by waiting, and so does who comes when all is over.
  const plain = await use(await connected('read'), 'wait_for_job', { job: id });
  t.like(plain.is, { id, state: 'completed' });
  await session.close();
});

test('a task is cancelled with its job; one that is not there, or not for this token, is an error', async (t) => {
  const { spawner } = await world();
  const agent = await idleAgent();
  const id = String((await call(spawner, agent, 'wait.run', {})).id);
  const reader = await connected('read');
  t.like((await use(reader, 'wait_for_job', { job: id, wait: 0 })).is, { state: 'working' });
  t.true((await use(reader, 'list_jobs')).text.includes(id));

  const session = await taskSession('operate');
  const execution = await session.callTool('wait_for_job', { job: id });
  await execution.cancel();
  t.like(await execution.result(), { status: 'cancelled' });
  await happened(spawner, id, 'job.cancelled');
  t.like((await use(reader, 'get_job', { job: id })).is, { state: 'cancelled' });
  await session.close();

  const failing = await call(spawner, agent, 'fail.run', {});
  const failed = await use(reader, 'wait_for_job', { job: failing.id });
  t.true(failed.isError);
  t.like(failed.is, { state: 'failed', error: { code: 'ORC_JOB_FAILED' } });
});
