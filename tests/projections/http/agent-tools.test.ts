import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { proofHeaders } from '../../../cli/agent/proof-headers.ts';
import { readCredentials } from '../../../core/log/credentials.ts';
import { createToken } from '../../../core/operator/api-tokens.ts';
import { type AgentGrant, mintAgentCredentials } from '../../../platform/nats/agent-credentials.ts';
import { ensureTrust } from '../../../platform/nats/trust.ts';
import { agentEventId, newAgentId } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { oneLine, runHere } from '../../cli/run-here.ts';
import { type AgentShell, agentShell } from '../../support/agent-shell.ts';
import { history } from '../../support/history.ts';
import { startTestNats, type TestNats, temporaryFolder } from '../../support/nats.ts';
import { servingApi, stateRunning } from './support/serving-api.ts';

/** Nobody listens there. */
const NOWHERE = 'nats://127.0.0.1:1';
const HOUR_MS = 3_600_000;

const leavings: (() => unknown)[] = [];
test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

let shared: Promise<{ nats: TestNats; url: string }> | undefined;
function api() {
  const ofFile = { teardown: (undo: () => unknown) => leavings.push(undo), title: 'agent-tools' };
  shared ??= startTestNats(ofFile).then(async (nats) => ({
    nats,
    url: (await servingApi(ofFile, nats)).url,
  }));
  return shared;
}

/** A shell of an agent that runs, which reaches the API and no NATS. */
async function cutOff(t: ExecutionContext): Promise<AgentShell> {
  const { nats, url } = await api();
  const shell = await agentShell(t, { nats });
  await stateRunning(nats, shell.agentId);
  Object.assign(shell.env, { ORCHESTRATOR_NATS_URL: NOWHERE, ORCHESTRATOR_API_URL: url });
  return shell;
}

const saidBy = async ({ log }: TestNats, agentId: string) =>
  (await history(log, `agents.${agentId}.>`)).filter(({ source }) => source.endsWith(agentId));

test('what an agent says where NATS is out of its reach is stored by the API, and its command ends well', async (t) => {
  const shell = await cutOff(t);
  const { code, stdout, stderr } = await shell.run(['answer', 'Done!']);
  t.is(code, 0, stderr);
  t.is(stdout, '');
  t.regex(stderr, /^\[.*\] TOOL_CALL: answer agent_id=.*\nAnswer sent\n$/);
  const said = [
    ['ask', '--option', 'yes', 'Shall I?'],
    ['respond', '-q', 'Really?'],
    ['progress', 'half way'],
    ['ready'],
    ['turn', 'end', '{"last-assistant-message":"bye"}'],
  ];
  const ends = await Promise.all(said.map((args) => runHere(args, shell.env)));
  for (const end of ends) t.is(end.code, 0, end.stderr);
  const events = await saidBy(shell.nats, shell.agentId);
  const told = events.map(({ type, data }) => `${type} ${JSON.stringify(data)}`).sort();
  t.deepEqual(told, [
    'response.answer {"text":"Done!"}',
    'response.progress {"text":"half way"}',
    'response.question {"text":"Really?"}',
    'response.question {"text":"Shall I?","options":["yes"]}',
    'turn.ready {}',
    'turn.signalled {"lastMessage":"bye"}',
  ]);
});

test('a tool that is called by the API comes back with its result, and a question with its answer', async (t) => {
  const shell = await cutOff(t);
  const { log } = shell.nats;
  const { agentId } = shell;
  const ended = new AbortController();
  t.teardown(() => ended.abort());
  const answering = async () => {
    const follow = {
      stream: 'EVENTS',
      from: { sequence: 1 },
      filter: `agents.${agentId}.>`,
    } as const;
    for await (const { messages } of log.follow({ ...follow, signal: ended.signal })) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind !== 'event') continue;
        const { id: callId, type } = parsed.event;
        const values = { 'tool.project.list': [], 'response.question': { answer: 'blue' } };
        const value = type in values ? values[type as keyof typeof values] : undefined;
        const failure = { code: 'ORC_PROJECT_NOT_FOUND', message: 'There is none' };
        const meta = { id: `result:${callId}`, source: 'orchestrator/test', now: new Date() };
        const whose = { agentId, callId };
        if (value !== undefined) {
          await log.append(newEvent('result', whose, { ok: true, callId, value }, meta));
        } else if (type === 'tool.project.get') {
          await log.append(newEvent('result', whose, { ok: false, callId, error: failure }, meta));
        }
      }
    }
  };
  const answered = answering();
  const [listed, asked, missing] = await Promise.all([
    runHere(['project', 'list', '--json'], shell.env),
    runHere(['ask', '--wait', 'Which colour?'], shell.env),
    runHere(['project', 'get', '--id', 'none'], shell.env),
  ]);
  t.deepEqual([listed.code, listed.stdout], [0, '[]\n'], listed.stderr);
  t.deepEqual([asked.code, asked.stdout], [0, 'blue\n'], asked.stderr);
  t.is(missing.code, 1);
  t.regex(missing.stderr, oneLine('ORC_PROJECT_NOT_FOUND'));
  ended.abort();
  await answered;
});

test('where neither NATS nor the API is there a command says so in one line; where NATS is, it is taken', async (t) => {
  const shell = await cutOff(t);
  const nobody = { ...shell.env, ORCHESTRATOR_API_URL: 'http://127.0.0.1:1' };
  const { code, stderr } = await runHere(['answer', 'x', '--timeout', '500ms'], nobody);
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  t.true(stderr.includes('http://127.0.0.1:1 does not answer'), stderr);
  const near = { ...nobody, ORCHESTRATOR_NATS_URL: shell.nats.url };
  t.is((await runHere(['answer', 'near'], near)).code, 0);
  t.is((await saidBy(shell.nats, shell.agentId)).length, 1);
});

/** Posts as an agent, signed, with what is to be wrong. */
async function post(
  shell: AgentShell,
  tool: string,
  data: unknown,
  wrong: {
    grant?: Partial<AgentGrant>;
    seed?: string;
    id?: string;
    now?: Date;
    body?: string;
    path?: string;
    headers?: Record<string, string>;
  } = {},
) {
  const { url } = await api();
  const expiresAt = new Date(Date.now() + HOUR_MS);
  const grant = { agentId: shell.agentId, expiresAt, ...wrong.grant };
  const file = join(shell.nats.dataDir, `${shell.agentId}-own.creds`);
  await writeFile(file, await mintAgentCredentials(wrong.seed ?? shell.nats.agentsSeed, grant));
  const body = JSON.stringify(data);
  const path = wrong.path ?? `/tools/${tool}`;
  const id = wrong.id ?? agentEventId(shell.agentId, 'answer');
  const proof = proofHeaders(
    readCredentials({ file }),
    { path, body, id },
    wrong.now ?? new Date(),
  );
  const response = await fetch(`${url}/tools/${tool}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...proof, ...wrong.headers },
    body: wrong.body ?? body,
  });
  // Whatever it is: the tests compare it.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('an agent that sends the same again has said it once', async (t) => {
  const shell = await cutOff(t);
  const id = agentEventId(shell.agentId, 'answer');
  const ends = [await post(shell, 'answer', { text: 'x' }, { id })];
  ends.push(await post(shell, 'answer', { text: 'x' }, { id }));
  t.deepEqual(
    ends.map(({ status, body }) => [status, body.id, body.sequence]),
    [1, 2].map(() => [200, id, ends[0]?.body.sequence]),
  );
  t.is((await saidBy(shell.nats, shell.agentId)).length, 1);
});

test('what the broker would refuse an agent the API refuses, and nothing of it is stored', async (t) => {
  const shell = await cutOff(t);
  const { nats, agentId } = shell;
  const other = newAgentId();
  const stranger = await ensureTrust(join(await temporaryFolder(t), 'auth'));
  const past = new Date(Date.now() - 1_000);
  const cases: [string, number, string, Parameters<typeof post>[3]][] = [
    ['another system’s', 401, 'ORC_CREDS', { seed: stranger.agentsSeed }],
    ['expired', 401, 'ORC_CREDS_EXPIRED', { grant: { expiresAt: past } }],
    ['an earlier run’s', 410, 'ORC_AGENT_ENDED', { grant: { user: `${agentId}/run-0` } }],
    ['of nobody', 410, 'ORC_AGENT_ENDED', { grant: { agentId: other }, id: `${other}_answer-1` }],
    ['too old', 401, 'ORC_CREDS', { now: new Date(Date.now() - 61_000) }],
    ['too new', 401, 'ORC_CREDS', { now: new Date(Date.now() + 90_000) }],
    ['of another address', 401, 'ORC_CREDS', { path: '/tools/progress' }],
    ['another’s id', 400, 'ORC_BAD_INPUT', { id: `${other}_answer-1` }],
    ['with another body', 401, 'ORC_CREDS', { body: '{"text":"y"}' }],
    ['unsigned', 401, 'ORC_CREDS', { headers: { 'orchestrator-signature': 'AAAA' } }],
    ['at another time', 401, 'ORC_CREDS', { headers: { 'orchestrator-time': past.toISOString() } }],
    ['not its tool', 403, 'ORC_TOOL_NOT_ALLOWED', { grant: { allowedTools: ['project'] } }],
    ['too large', 413, 'ORC_TOO_LARGE', { grant: { maxPayload: 5 } }],
  ];
  for (const [what, status, code, wrong] of cases) {
    const { body, ...answer } = await post(shell, 'answer', { text: 'x' }, wrong);
    t.deepEqual([answer.status, body.code], [status, code], `${what}: ${JSON.stringify(body)}`);
  }
  t.like(await post(shell, 'answer', { txt: 'x' }), {
    status: 400,
    body: { code: 'ORC_BAD_INPUT' },
  });
  t.deepEqual(await saidBy(nats, agentId), []);

  const state = async (event: Parameters<typeof nats.log.append>[0]) => {
    const stored = await nats.log.append(event);
    if (!stored.ok) t.fail(JSON.stringify(stored));
  };
  const meta = (id: string) => ({
    id: `${id}:${agentId}`,
    source: 'orchestrator/test',
    now: new Date(),
  });
  const words = { code: 'ORC_QUOTA', reason: 'too much', cure: 'Wait.' };
  await state(newEvent('process.muted', { agentId }, { runId: 'run-1', ...words }, meta('muted')));
  t.like(await post(shell, 'answer', { text: 'x' }), {
    status: 429,
    body: { code: 'ORC_QUOTA', cure: 'Wait.' },
  });
  await state(newEvent('process.unmuted', { agentId }, { runId: 'run-1' }, meta('unmuted')));
  t.is((await post(shell, 'answer', { text: 'x' })).status, 200);
  const end = { runId: 'run-1', code: 0, signal: null, reason: 'stop' } as const;
  await state(newEvent('process.stopped', { agentId }, end, meta('stopped')));
  t.like(await post(shell, 'answer', { text: 'x' }), { body: { code: 'ORC_AGENT_ENDED' } });
  t.is((await saidBy(nats, agentId)).length, 1);
});

test('a token of one agent speaks as it and does nothing else; no other token speaks', async (t) => {
  const shell = await cutOff(t);
  const { nats, agentId } = shell;
  const { url } = await api();
  const { token } = await createToken(nats.log, { name: 'script', agentId });
  const ask = async (path: string, bearer: string | undefined, own: RequestInit = {}) => {
    const headers = {
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...(own.body !== undefined && { 'content-type': 'application/json' }),
      ...Object(own.headers),
    };
    const response = await fetch(`${url}${path}`, { ...own, headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const body = JSON.stringify({ text: 'by curl' });
  const once = { method: 'POST', body, headers: { 'idempotency-key': 'order.1' } };
  const first = await ask('/tools/answer', token, once);
  t.is(first.status, 200, JSON.stringify(first.body));
  t.is((await ask('/tools/answer', token, once)).body.id, first.body.id);
  const other = { ...once, body: JSON.stringify({ text: 'another' }) };
  t.like(await ask('/tools/answer', token, other), { status: 409, body: { code: 'ORC_CONFLICT' } });
  t.is((await ask('/tools/turn.end', token, { method: 'POST', body: '{}' })).status, 200);
  const types = (await saidBy(nats, agentId)).map(({ type }) => type);
  t.deepEqual(types, ['response.answer', 'turn.signalled']);

  t.like(await ask('/agents', token), { status: 403, body: { code: 'ORC_NOT_PERMITTED' } });
  t.is((await ask('/agents', undefined)).status, 200, 'it shuts out nobody else');
  const post = { method: 'POST', body };
  t.like(await ask('/tools/answer', undefined, post), { status: 401, body: { code: 'ORC_CREDS' } });
  const limited = newAgentId();
  await stateRunning(nats, limited, { allowedTools: ['project'] });
  const { token: quiet } = await createToken(nats.log, { name: 'quiet', agentId: limited });
  t.like(await ask('/tools/answer', quiet, post), { body: { code: 'ORC_TOOL_NOT_ALLOWED' } });
  const { token: admin } = await createToken(nats.log, { name: 'boss', scope: 'admin' });
  t.like(await ask('/tools/answer', admin, post), {
    status: 403,
    body: { code: 'ORC_NOT_PERMITTED' },
  });
});

test('an agent finds what it has said itself by its own credential, and nothing of another', async (t) => {
  const [shell, other] = [await cutOff(t), await cutOff(t)];
  t.is((await shell.run(['answer', 'The blue one is mine'])).code, 0);
  t.is((await other.run(['answer', 'The blue one is not'])).code, 0);
  const { nats } = await api();
  await nats.log.heard('agents.>');
  const mine = await shell.run(['history', '--mine', '--grep', 'BLUE']);
  t.is(mine.code, 0, mine.stderr);
  t.regex(mine.stdout, new RegExp(`^\\S+ +\\d+ ${shell.agentId} answer +The blue one is mine\\n$`));
  const last = await shell.run(['history', '--mine', '-n', '1', '--json']);
  t.like(JSON.parse(last.stdout), { kind: 'answer', text: 'The blue one is mine' });

  const none = { ...shell.env, ORCHESTRATOR_API_URL: '' };
  const { stderr } = await runHere(['history', '--mine'], none);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  const theirs = await shell.run(['history', '--mine', '--agent', other.agentId]);
  t.is(theirs.code, 2);
});
