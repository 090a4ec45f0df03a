import test from 'ava';
import { patched } from '../../core/operator/json-patch.ts';
import {
  type ConsoleServer,
  startConsoleServer,
} from '../projections/console/support/console-server.ts';
import { ADA, ToldLog } from '../projections/console/support/told-log.ts';
import { ApiClient } from '../projections/http/support/api-client.ts';
import { startPlainNats } from '../support/plain-nats.ts';
import { environment } from '../support/system.ts';
import { runHere } from './run-here.ts';

const AGENT = 'agent-0123456789ab';

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let told: ToldLog;
let api: ApiClient;
let env: NodeJS.ProcessEnv;

test.before(async (t) => {
  server = await startConsoleServer({ title: t.title, teardown: (undo) => leavings.push(undo) });
  told = new ToldLog(server.log);
  api = new ApiClient(server.url);
  const { url, operatorCreds, dataDir } = server.nats;
  const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
  env = environment(dataDir, own);
  // 1 to 3: its life; 4 to 6: a message and its turn; 7: what it said; 8: the end of the turn.
  await told.agent(AGENT, 'mender');
  await told.turn(AGENT, 'm-1', 'Mend it');
  await told.says('response.answer', AGENT, { text: 'Mended' });
  await told.endTurn(AGENT, 'm-1');
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

/** What it prints; a failure where it does not end well. */
async function shown(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runHere(args, env);
  if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

const json = async (...args: string[]) => JSON.parse(await shown(...args, '--json'));

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await runHere(args, env);
  return `${code} ${/ORC_\w+/.exec(stderr)?.[0]}`;
}

test('a command that has ended waits for no interrupt any more', async (t) => {
  const before = process.listenerCount('SIGINT');
  await shown('state');
  await refused('timeline', 'turn-unknown');
  t.is(process.listenerCount('SIGINT'), before);
});

test('state: everything, or one thing, as of a sequence, an instant, an id, or now', async (t) => {
  const whole = await shown('state');
  t.regex(whole, /^as of event \d+ of \d+ {2}\S+ {2}turn\.ended\n/);
  t.regex(whole, new RegExp(`${AGENT} +mender +demo +ready +telegram/4711471147 +idle +1`));

  const then = await shown('state', '--at', '6', 'mender');
  t.regex(
    then,
    /^as of event 6 of \d+ {2}\S+ {2}process\.delivered\n\nagent +agent-0123456789ab\n/,
  );
  t.regex(then, /\nturn\.messages\.0 +m-1\n/);
  t.regex(then, /\nrun\.node +node-test\n/);
  t.regex(await shown('state', '--at', '2', AGENT), /\nphase +starting\n/);

  const { time } = (await json('state', '--at', '3')).event;
  const byTime = await json('state', '--at', time, AGENT);
  t.true(byTime.at >= 3 && byTime.at < 8, 'the last event of that millisecond');
  const byId = await json('state', '--at', 'm-1', AGENT);
  t.like(byId, { at: 4, kind: 'agent', id: AGENT, state: { phase: 'ready', turn: null } });
  t.is((await json('state', '--at', '1000000')).at, byId.last);
  t.is((await json('state', '--at', '0')).counts.agents, 0);

  const ofApi = await api.ask('getPartOfState', { params: { of: 'mender' }, query: { at: 'm-1' } });
  t.deepEqual(ofApi.body, byId);
  const { body } = await api.ask('getState', { query: { at: '5' } });
  t.deepEqual(body, await json('state', '--at', '5'));
});

test('state: what is not there, or was not then, is told', async (t) => {
  await told.tell('user.agent-assigned', ADA, { agentId: AGENT });
  t.regex(await shown('state', 'telegram/4711471147'), /agentId +agent-0123456789ab/);
  t.is(await refused('state', '--at', '8', 'telegram/4711471147'), '1 ORC_NOT_IN_STATE');
  t.is(await refused('state', 'agent-ffffffffffff'), '1 ORC_AGENT_NOT_FOUND');
  t.is(await refused('state', '--at', 'no-such-event'), '1 ORC_EVENT_NOT_FOUND');
  t.is(await refused('state', '--at', 'last week'), '2 ORC_USAGE');
  t.is(await refused('state', '--at', '2999-01-01'), '2 ORC_USAGE');
  const { code } = await api.problem('getPartOfState', { params: { of: 'nobody' } });
  t.is(code, 'ORC_NOT_IN_STATE');
});

test('timeline: a message is found by whatever came of it, with what it waited for', async (t) => {
  const question = 'https://t.me/c/4711/42';
  await told.turn(AGENT, 'm-2', 'First');
  const from = { channel: 'telegram', userId: '-1004711' };
  const sources = [{ message: '42', content: 'x' }];
  const send = { text: 'Second', from, mode: 'wait' as const, sources };
  await told.tell('command.send', { agentId: AGENT }, send, { id: 'tg-1-880000001' });
  await told.endTurn(AGENT, 'm-2', 0);
  const because = { correlationId: 'tg-1-880000001', causationId: 'tg-1-880000001' };
  const turn = { turnId: 'turn-second', commandId: 'tg-1-880000001' };
  const deadlineAt = '2099-01-01T00:00:00.000Z';
  await told.tell('turn.started', { agentId: AGENT }, { ...turn, deadlineAt }, because);
  const answer = await told.says('response.answer', AGENT, { text: 'Done' });
  const sequence = await server.log.lastSequence('EVENTS');
  const delivery = { agentId: AGENT, sequence, messageId: 'tg-1-880000001' };
  await told.delivery(answer, delivery, 'confirmed');

  const text = await shown('timeline', 'turn-second');
  t.regex(text, /^message tg-1-880000001 of telegram\/-1004711 to agent-0123456789ab, event \d+/);
  t.regex(text, /\n {2}"Second"\n {2}running, in turn-second\n/);
  t.regex(text, /\nwaits for a turn +\d+ .* done +for turn-m-2\n/);
  t.regex(text, /\n {2}answer +\d+ .* done +Done\n {4}to telegram .*\n {6}attempt 1 .*1001\n/);

  const whole = await json('timeline', 'turn-second');
  for (const way of ['tg-1-880000001', '880000001', answer, question, 'telegram/4711471147/1001']) {
    t.deepEqual(await json('timeline', way), whole, way);
  }
  t.deepEqual(await json('timeline', String(await server.log.lastSequence('EVENTS'))), whole);
  const { body } = await api.ask('getTimeline', { params: { message: question } });
  t.deepEqual({ ...body }, whole);
});

test('timeline: what nobody wrote is told', async (t) => {
  t.is(await refused('timeline', '999999999'), '1 ORC_EVENT_NOT_FOUND');
  t.is(await refused('timeline', 'turn-unknown'), '1 ORC_EVENT_NOT_FOUND');
  t.is(await refused('timeline', '1'), '1 ORC_EVENT_NOT_FOUND');
  t.is(await refused('timeline', 'https://t.me/c/1/42'), '1 ORC_EVENT_NOT_FOUND');
  t.is(await refused('timeline', 'what I said'), '2 ORC_USAGE');
});

test('logs: who asks for more lines than are kept is told so, and who follows on behind a gap', async (t) => {
  const subject = `agents.${AGENT}.log.stdout`;
  const lines = Array.from({ length: 1_005 }, (_, index) => ({
    position: String(index),
    bytes: Buffer.from(`line ${index}`),
    continued: false,
  }));
  const meta = { runId: `run-${AGENT}`, source: 'orchestrator/test', time: '2026-01-04T15:30:00Z' };
  t.true((await server.log.appendLog(subject, lines, { ...meta, expectedLast: 0 })).ok);
  const all = await runHere(['logs', AGENT, '-n', '2000'], env);
  t.is(all.stdout.split('\n').length - 1, 1_000);
  t.regex(all.stdout, /^line 5\n/);
  t.is(
    all.stderr,
    'orchestrator: of stdout only the last 1000 lines are kept (ORCHESTRATOR_LOGS_LINES): whatever was before them is gone\n',
  );
  t.is((await runHere(['logs', AGENT, '-n', '1000'], env)).stderr, '');

  const first = async (lastEventId: string) => {
    const headers = { accept: 'text/event-stream', 'last-event-id': lastEventId };
    const { body } = await api.fetch('getLogs', { params: { agent: AGENT }, headers });
    let text = '';
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('data: ')) break;
    }
    return text.replace(/^retry: \d+\n\n/, '');
  };
  t.regex(await first('2'), /^event: gap\ndata: \{"after":2\}\n\n/);
  t.regex(await first('7'), /^id: 8\ndata: .*"line 7"/);
});

test('why: a turn is told by what was decided, and after which event', async (t) => {
  const text = await shown('why', 'turn-m-1');
  t.regex(text, /^turn turn-m-1 of agent-0123456789ab: ended, \S+ to \S+\n/);
  t.regex(
    text,
    /\nopen-turn +message m-1 waited, and no turn ran +4 command.send +5 turn.started\n/,
  );
  t.regex(text, /\nend-turn .* 1 answer and 0 questions +7 response.answer +8 turn.ended\n/);
  const { body } = await api.ask('getWhyTurn', { params: { turn: 'turn-m-1' } });
  t.deepEqual({ ...body }, await json('why', 'turn-m-1'));
  t.is(await refused('why', 'turn-unknown'), '1 ORC_TURN_NOT_FOUND');
});

test('judge: what this version would have decided otherwise, and none where nothing was decided', async (t) => {
  const { code, stdout } = await runHere(['judge'], env);
  t.is(code, 1);
  t.regex(stdout, /^\d+ of \d+ decisions differ, events 1 to \d+\n/);
  // Its ids are none that this version gives.
  t.regex(stdout, /\nevent 5, \S+, agent-0123456789ab: something else is decided now\n/);
  t.regex(stdout, /\n {2}stands {3}5 turn.started \S+ \{"turnId":"turn-m-1",.*\n/);
  t.regex(stdout, /\n {2}decided {2}turn.started turn.started:turn-[0-9a-f]{12} /);
  const { stdout: printed } = await runHere(['judge', '--from', '4', '--to', '8', '--json'], env);
  const { body } = await api.ask('judge', { query: { from: '4', to: '8' } });
  t.deepEqual({ ...body }, JSON.parse(printed));
  const { body: some } = await api.ask('judge', { query: { from: '4', limit: 1 } });
  t.is(some.differences.length, 1);
  t.is(
    await shown('judge', '--from', '4', '--to', '4'),
    '0 of 0 decisions differ, events 4 to 4\n',
  );
});

test('diff: what changed of everything or of one thing, and by which event', async (t) => {
  const text = await shown('diff', '--from', '6', '--to', '8', 'mender');
  t.regex(text, /^from event 6 to 8 of agent agent-0123456789ab\n/);
  t.regex(text, /\n~ +counts\.answers +0 +1 +7 response\.answer\n/);
  t.regex(text, /\n~ +turn +\{.* null +8 turn\.ended\n/);
  t.is(await shown('diff', '--from', '8', '--to', '8'), 'from event 8 to 8\n\nnothing changed\n');

  const diff = await json('diff', '--from', '4', '--to', '8', 'mender');
  const before = await json('state', '--at', '4', 'mender');
  const after = await json('state', '--at', '8', 'mender');
  const at = (state: unknown) => ({ agents: { [AGENT]: state } });
  t.deepEqual(patched(at(before.state), diff.changes), at(after.state));
  const { body } = await api.ask('getDiff', { query: { from: '4', to: '8', of: AGENT } });
  t.deepEqual({ ...body }, diff);
  const some = await api.ask('getDiff', { query: { from: '4', to: '8', limit: 1 } });
  t.true((some.body.more ?? 0) > 0);
  t.is(await refused('diff', '--from', '8', '--to', '4'), '2 ORC_USAGE');
  t.is(await refused('diff', '--from', '1', 'nobody'), '1 ORC_NOT_IN_STATE');
});

test('history: what was said, called and printed is found by a part of it, in order', async (t) => {
  const agentId = 'agent-00000000feed';
  await told.agent(agentId, 'searcher');
  await told.turn(agentId, 'm-3', 'Where is the Invoice?');
  await told.prints(agentId, ['looking for an invoice', 'something else']);
  const call = await told.says('tool.project.create', agentId, { name: 'invoices' });
  const result = { ok: true as const, callId: call, value: { id: 'proj_invoice' } };
  await told.tell('result', { agentId, callId: call }, result);
  await told.says('response.answer', agentId, { text: 'INVOICE 7 is paid' });
  const kinds = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).kind);

  const found = await shown('history', '--grep', 'invoice', '--json');
  t.deepEqual(kinds(found).toSorted(), ['answer', 'call', 'message', 'result', 'stdout']);
  t.is(kinds(found).at(-1), 'answer');
  const last = await shown('history', '--agent', 'searcher', '-n', '1');
  t.regex(last, /^\S+ +\d+ agent-00000000feed answer +INVOICE 7 is paid\n$/);
  t.is(await shown('history', '--grep', 'invoice', '--to', '8'), '');
  t.deepEqual(kinds(await shown('history', '--agent', AGENT, '--to', '8', '--json')), [
    'message',
    'answer',
  ]);
  const { body } = await api.ask('searchHistory', {
    query: { grep: 'invoice', agent: 'searcher', limit: 2 },
  });
  t.is(body.found, 5);
  t.deepEqual(
    body.entries.map(({ kind }) => kind),
    kinds(found).slice(-2),
  );
  t.is(await refused('history', '-n', 'many'), '2 ORC_USAGE');
});

test('replay: facts, talk and output come in the order in which they came', async (t) => {
  const text = await shown('replay', '--from', '4', '--to', '8', '--speed', 'max', 'mender');
  const lines = text.trimEnd().split('\n');
  t.deepEqual(
    lines.map((line) => line.split(/ +/)[3]),
    ['message', 'turn.started', 'process.delivered', 'answer', 'turn.ended'],
  );
  t.regex(lines[3] ?? '', / 7 agent-0123456789ab answer +Mended$/);
  const [searched] = (await shown('history', '--grep', 'looking for', '--json')).split('\n');
  t.is(JSON.parse(searched ?? '').kind, 'stdout');
  const whole = await shown('replay', '--speed', 'max', 'searcher');
  t.true(whole.indexOf('Where is the Invoice?') < whole.indexOf('looking for an invoice'));
  t.true(whole.indexOf('looking for an invoice') < whole.indexOf('INVOICE 7 is paid'));

  const keys = [Buffer.from('\n'), Buffer.from('\nq')];
  const stepped = await runHere(['replay', '--to', '8', '--step', AGENT], env, keys);
  t.is(stepped.code, 0, stepped.stderr);
  t.true(stepped.stdout.split('\n').length <= 3, 'a line for each Enter');
  t.is(await refused('replay', '--speed', 'fast'), '2 ORC_USAGE');
});

test('replay --into: another NATS hears what happened, and one with a system is refused', async (t) => {
  const plain = await startPlainNats(t);
  const heard: string[] = [];
  const { nc } = plain.connection;
  const subscription = nc.subscribe('agents.>', { max: 5 });
  await nc.flush();
  await shown('replay', '--to', '8', '--from', '4', '--speed', 'max', '--into', plain.url);
  for await (const { subject, headers } of subscription) {
    heard.push(`${subject.split('.').slice(2).join('.')} ${headers?.get('orchestrator-replayed')}`);
  }
  t.deepEqual(heard, [
    'command.send 4',
    'turn.started 5',
    'process.delivered 6',
    'response.answer 7',
    'turn.ended 8',
  ]);
  const jsm = await plain.connection.jsm();
  await jsm.streams.add({ name: 'EVENTS', subjects: ['agents.>'] });
  t.is(await refused('replay', '--into', plain.url), '2 ORC_BAD_INPUT');
  t.is(await refused('replay', '--into', 'nats://127.0.0.1:1'), '1 ORC_NOT_REACHABLE');
});

test('a part of the log that begins at an instant has what came from then on', async (t) => {
  const { time } = (await json('state', '--at', '8')).event;
  const rows = (await shown('replay', '--from', time, '--speed', 'max', '--json')).trimEnd();
  const entries = rows.split('\n').map((row) => JSON.parse(row));
  t.true(entries.some(({ sequence }) => sequence === 8));
  t.true(entries.every((entry) => entry.time >= time));
  t.is(await shown('history', '--from', '1h', '--to', '1h'), '');
});
