import test from 'ava';
import {
  type ConsoleServer,
  startConsoleServer,
} from '../projections/console/support/console-server.ts';
import { ADA, ToldLog } from '../projections/console/support/told-log.ts';
import { ApiClient } from '../projections/http/support/api-client.ts';
import { environment } from '../support/system.ts';
import { runHere } from './run-here.ts';

const AGENT = 'agent-0123456789ab';

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let told: ToldLog;
let api: ApiClient;
let env: NodeJS.ProcessEnv;

// Each command waits for an interrupt of its process, which is this one.
process.setMaxListeners(0);

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
