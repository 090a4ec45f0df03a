import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { history, ofType } from '../support/history.ts';
import { programOf } from '../support/programs.ts';
import { dataFolder, environment, finished, startSystem } from '../support/system.ts';
import { systemOfFile } from '../support/system-of-file.ts';
import { runHere } from './run-here.ts';

const MAIN = programOf('orchestrator');

/** One system for the tests that look at an agent of their own. */
const sharedSystem = systemOfFile();

const SLOW = 'while read -r m; do [ "$m" = slow ] && sleep 1000; orchestrator answer "$m"; done';

test('an agent is created, talked to, looked at, extended, stopped and deleted', async (t) => {
  const { env } = await startSystem(t);
  const run = (...args: string[]) => runHere(args, env);
  const created = await run('create', '--owner', 'test/ada');
  t.is(created.code, 0, created.stderr);
  const agent = created.stdout.trim();

  const answered = await run('send', agent, '--wait', 'hello');
  t.deepEqual([answered.code, answered.stdout], [0, '[1] You said: hello\n'], answered.stderr);
  const sent = await run('send', agent, 'Create project myapp', '--json');
  t.regex(JSON.parse(sent.stdout).commandId, /^cmd-/);
  await run('send', agent, '--wait', 'and now');

  t.regex(
    (await run('agents')).stdout,
    new RegExp(`${agent} +myapp · demo +demo +ready +test/ada +idle +3`),
  );
  t.regex((await run('verify')).stdout, /^event +\d+\nserved +(\w+)\nfolded +\1\nsealed +\S.*\n$/);
  t.regex((await run('projects')).stdout, /proj_[0-9a-f]+ +myapp/);
  t.regex((await run('logs', agent)).stdout, /^demo agent: ready\nmessage 1: 5 characters\n/m);
  const lastLine = JSON.parse((await run('logs', agent, '-n', '1', '--json')).stdout);
  t.is(typeof lastLine.line, 'string');
  t.is((await run('extend', agent, '--ttl', '4h')).stdout, `${agent} extended\n`);
  t.is((await run('interrupt', agent)).stdout, `${agent} interrupted\n`);
  t.is((await run('stop', agent)).stdout, `${agent} stopped\n`);
  t.is((await run('delete', agent)).stdout, `${agent} deleted\n`);
  t.regex((await run('agents', '--all', '--json')).stdout, new RegExp(`${agent}.*"ended"`));
  const late = await run('send', agent, '--wait', 'anybody?');
  t.is(late.code, 1);
  t.regex(late.stderr, /ORC_AGENT_ENDED/);
});

test('D9, C8: an agent has a name that finds it, one of each for a person, who talks to it', async (t) => {
  const system = await startSystem(t);
  const { env } = system;
  const run = (...args: string[]) => runHere(args, env);
  const create = async (...args: string[]) => (await run('create', ...args)).stdout.trim();
  const shop = await create('--owner', 'test/ada', '--name', ' The  shop ');
  const [first, second] = [
    await create('--owner', 'test/ada'),
    await create('--owner', 'test/ada'),
  ];
  const ofBen = await create('--owner', 'test/ben', '--name', 'the shop');
  const nobodys = await create();

  const taken = await run('create', '--owner', 'test/ada', '--name', 'THE SHOP');
  t.is(taken.code, 1);
  t.regex(
    taken.stderr,
    /^orchestrator: ORC_NAME_TAKEN: There is an agent "THE SHOP" already\. .+\n$/,
  );
  const bad = await run('create', '--name', 'a*b');
  t.deepEqual([bad.code, /1 to 40 letters/.test(bad.stderr)], [2, true], bad.stderr);

  const agents: AgentSummary[] = JSON.parse((await run('agents', '--json')).stdout);
  const names = new Map(agents.map((agent) => [agent.agentId, agent.names?.[0]]));
  t.deepEqual(
    [shop, first, second, ofBen, nobodys].map((agentId) => names.get(agentId)),
    ['The shop', 'demo', 'demo 2', 'the shop', `demo ${nobodys.slice(-4)}`],
  );
  const ada = { channel: 'test', userId: 'ada' };
  const own = await (await system.views()).request('user', ada, { timeoutMs: 5_000 });
  t.like(own, { agentId: second, agents: [shop, first, second] });

  const sent = await run('send', 'demo 2', '--wait', 'hello');
  t.is(sent.stdout, '[1] You said: hello\n', sent.stderr);
  const waiting = { ...env, ORCHESTRATOR_MESSAGE_MODE: 'wait' };
  await runHere(['send', 'demo 2', 'by the setting'], waiting);
  await runHere(['send', 'demo 2', '--mode', 'join', 'by the option'], waiting);
  const modes = ofType(await history(await system.log()), 'command.send').map(
    ({ data }) => data.mode,
  );
  t.deepEqual(modes, ['join', 'wait', 'join'], 'C9');
  const which = await run('stop', 'the shop');
  t.is(which.code, 2);
  t.regex(
    which.stderr,
    new RegExp(`ORC_AMBIGUOUS_NAME.*${shop} of test/ada, ${ofBen} of test/ben`),
  );
  t.is((await run('stop', ofBen)).stdout, `${ofBen} stopped\n`);
  t.is((await run('stop', 'the shop')).stdout, `${shop} stopped\n`);
  t.is((await run('create', '--owner', 'test/ada', '--name', 'The shop')).code, 0, 'free again');
  t.regex(
    (await run('logs', 'no such')).stderr,
    /ORC_AGENT_NOT_FOUND: There is no agent "no such"/,
  );
  t.regex((await run('events', '--agent', 'demo 2', '--type', 'turn')).stdout, new RegExp(second));
});

test('a turn that fails is told with its reason, cure and exit code', async (t) => {
  const { env } = await startSystem(t, { env: { ORCHESTRATOR_TURN_DEADLINE: '1s' } });
  const created = await runHere(['create', '--kind', 'line', '--command', SLOW], env);
  const agent = created.stdout.trim();
  const { code, stderr } = await runHere(['send', agent, '--wait', 'slow'], env);
  t.is(code, 4);
  t.regex(stderr, /^orchestrator: ORC_TURN_DEADLINE: The turn ran out of time\. .+\n$/);
});

test('what cannot be asked is one line with its exit code', async (t) => {
  const { env } = await sharedSystem();
  const cases: [string[], string, number][] = [
    [['stop', newAgentId()], 'ORC_AGENT_NOT_FOUND', 1],
    [['send', newAgentId(), 'x'], 'ORC_AGENT_NOT_FOUND', 1],
    [['logs', newAgentId()], 'ORC_AGENT_NOT_FOUND', 1],
    [['stop', 'agent-1'], 'ORC_USAGE', 2],
    [['send', 'agent.*', 'x'], 'ORC_USAGE', 2],
    [['create', '--kind', 'parrot'], 'ORC_UNKNOWN_KIND', 2],
    [['create', '--kind', 'line'], 'ORC_START_FAILED', 1],
    [['create', '--ttl', 'long'], 'ORC_USAGE', 2],
    [['create', '--kind', 'demo', '--model', 'opus'], 'ORC_USAGE', 2],
    [['create', '--kind', 'claude', '--model', 'a b'], 'ORC_USAGE', 2],
    [['create', '--kind', 'claude', '--effort', 'utmost'], 'ORC_USAGE', 2],
    [['create', '--kind', 'demo', '--effort', 'low'], 'ORC_USAGE', 2],
    [['create', '--owner', 'a.b/c'], 'ORC_USAGE', 2],
    [['events', '--from', 'yesterday-ish'], 'ORC_USAGE', 2],
    [['events', '--from', '2999-01-01T00:00:00Z'], 'ORC_USAGE', 2],
    [['logs', newAgentId(), '-n', 'many'], 'ORC_USAGE', 2],
    [['chat', '--agent', newAgentId()], 'ORC_AGENT_NOT_FOUND', 1],
    [['send', newAgentId(), '--mode', 'sometime', 'x'], 'ORC_USAGE', 2],
  ];
  for (const [args, error, exit] of cases) {
    const { code, stderr } = await runHere(args, env);
    t.is(code, exit, `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, new RegExp(`^orchestrator: ${error}: [^\\n]+\\n$`), args.join(' '));
  }
});

test('logs -f and events -f go on with what follows, and end quietly at an interrupt', async (t) => {
  const { env } = await sharedSystem();
  const agent = (await runHere(['create'], env)).stdout.trim();
  for (const args of [
    ['logs', '-f', agent],
    ['events', '-f', '--from', '1h'],
  ]) {
    const child = spawn(process.execPath, [MAIN, ...args], { env });
    const done = finished(child);
    const text = `follow ${args[0]}`;
    const wanted = args[0] === 'logs' ? `${text.length} characters` : text;
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const isSeen = async () => {
      for (;;) {
        const { done: ended, value = '' } = await lines.next();
        if (ended || value.includes(wanted)) return !ended;
      }
    };
    t.false((await lines.next()).done, 'it follows');
    await runHere(['send', agent, text], env);
    t.true(await isSeen());
    child.kill('SIGINT');
    const { code, stderr } = await done;
    t.deepEqual([code, stderr], [130, '']);
  }
});

test('events are chosen by agent, type and start, and control characters cannot act', async (t) => {
  const { env } = await sharedSystem();
  const agent = (await runHere(['create'], env)).stdout.trim();
  await runHere(['send', agent, '--wait', 'x'], env);
  const events = async (...args: string[]) =>
    (await runHere(['events', ...args], env)).stdout.trimEnd().split('\n').filter(Boolean);
  const turns = await events('--agent', agent, '--type', 'turn', '--json');
  t.deepEqual(
    turns.map((line) => JSON.parse(line).type),
    ['turn.started', 'turn.ended'],
  );
  const later = JSON.parse(turns[1] ?? '{}').sequence;
  t.is((await events('--agent', agent, '--from', String(later), '--type', 'turn')).length, 1);
  t.is((await events('--agent', newAgentId())).length, 0);
  t.true((await events('--from', '1h')).length > 5);
});

test('doctor finds a running system, and says what is missing where none runs', async (t) => {
  const system = await sharedSystem();
  // Its spawner has started: it has started an agent.
  t.is((await runHere(['create'], system.env)).code, 0);
  const running = await runHere(['doctor', '--json'], system.env);
  t.is(running.code, 0, running.stdout);
  const checks: { name: string; state: string }[] = JSON.parse(running.stdout);
  t.deepEqual([...new Set(checks.map(({ state }) => state))], ['ok']);
  const services = checks.filter(({ name }) => name.startsWith('service '));
  t.deepEqual(
    services.map(({ name }) => name),
    ['service projections', 'service spawner'],
  );

  const alone = await runHere(['doctor'], environment(dataFolder(t)));
  t.is(alone.code, 0);
  t.regex(alone.stdout, /missing +NATS +No system has run in .*npm start/);

  const wrong = {
    ORCHESTRATOR_AGENT: 'parrot',
    ORCHESTRATOR_DATA_DIR: '/dev/null/x',
    PATH: '/nowhere',
  };
  const broken = await runHere(['doctor'], environment('/dev/null/x', wrong));
  t.is(broken.code, 1);
  t.regex(broken.stdout, /wrong +settings +ORCHESTRATOR_AGENT="parrot"/);
  t.regex(broken.stdout, /wrong +local agents +bash, tail, mkfifo, sleep not found/);
  const unwritable = await runHere(['doctor'], environment('/dev/null/x'));
  t.regex(unwritable.stdout, /wrong +data folder/);
});

test('chat over a pipe talks to the running system', async (t) => {
  const { env } = await sharedSystem();
  const { code, stdout, stderr } = await runHere(['chat'], env, [Buffer.from('one\ntwo\n')]);
  t.is(code, 0, stderr);
  t.is(stdout, '[1] You said: one\n[2] You said: two\n');
});
