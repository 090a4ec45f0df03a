import { Writable } from 'node:stream';
import test from 'ava';
import { run } from '../../cli/run.ts';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import { Health } from '../../platform/service/health.ts';
import { serveHealth } from '../../platform/service/serve-health.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { viewSubject } from '../../schemas/view-subject.ts';
import { history } from '../support/history.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { environment } from '../support/system.ts';
import { Wire } from '../support/wire.ts';
import { oneLine, runHere } from './run-here.ts';

const operator = (nats: TestNats, own: Record<string, string> = {}) =>
  environment(nats.dataDir, {
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
    ...own,
  });

/** Plays the projections for one view. */
async function serve(nats: TestNats, name: 'agents' | 'archived' | 'hash', reply: () => object) {
  const { nc } = nats.connection;
  nc.subscribe(viewSubject(name), {
    callback: (_error, message) => {
      message.respond(JSON.stringify(reply()));
    },
  });
  await nc.flush();
}

async function progress({ log }: TestNats, agentId: string, text: string): Promise<void> {
  const subject = subjectOf({ family: 'response', agentId, name: 'progress' });
  const time = new Date().toISOString();
  const parts = { type: 'response.progress', source: 'test', time, subject } as const;
  await log.append({
    ...parts,
    id: `${agentId}_progress-${text.replaceAll(' ', '-')}`,
    data: { text },
  });
}

const NEEDING = [
  ['agents'],
  ['create'],
  ['send', newAgentId(), 'x'],
  ['interrupt', newAgentId()],
  ['stop', newAgentId()],
  ['delete', newAgentId()],
  ['extend', newAgentId()],
  ['logs', newAgentId()],
  ['logs', '-f', newAgentId()],
  ['events'],
  ['events', '-f'],
  ['projects'],
  ['verify'],
  ['chat'],
];

test('with NATS down, and with one that is mute, each command says so within its time-out', async (t) => {
  const nats = await startTestNats(t);
  const wire = await Wire.to(nats.port, t);
  wire.passes = () => false;
  const mute = operator(nats, { ORCHESTRATOR_NATS_URL: wire.url });
  for (const args of NEEDING) {
    const { code, stderr } = await runHere([...args, '--timeout', '200ms'], mute);
    t.is(code, 1, args.join(' '));
    t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  }
  await nats.kill();
  for (const args of NEEDING) {
    const { code, stderr } = await runHere([...args, '--timeout', '2s'], operator(nats));
    t.is(code, 1, args.join(' '));
    t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  }
});

test('without projections that is what is said', async (t) => {
  const nats = await startTestNats(t);
  const { code, stderr } = await runHere(['agents'], operator(nats));
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_NOT_REACHABLE'));
  t.true(stderr.includes('No projections are running'));
  const doctor = await runHere(['doctor'], operator(nats));
  t.regex(doctor.stdout, /missing +projections +No projections are running/);
});

test('doctor shows what a service says is wrong, and which services are silent', async (t) => {
  const nats = await startTestNats(t);
  const health = new Health();
  health.report('lease', false, 'cannot be renewed');
  const { nc } = await nats.connect({ name: 'spawner' });
  await serveHealth({ nc, name: 'spawner', node: 'node-a', health });

  const { code, stdout } = await runHere(['doctor'], operator(nats));

  t.is(code, 1);
  t.regex(stdout, /ok +service spawner +version .* on node-a, process \d+/);
  t.regex(stdout, /wrong +spawner: lease +cannot be renewed \(since /);
  t.regex(stdout, /missing +service projections +does not answer/);
});

test('a wrong setting is named before anything is done', async (t) => {
  const nats = await startTestNats(t);
  const env = operator(nats, { ORCHESTRATOR_AGENT_TTL: 'long' });
  const { code, stderr } = await runHere(['create'], env);
  t.is(code, 2);
  t.regex(stderr, oneLine('ORC_SETTINGS'));
  t.true(stderr.includes('ORCHESTRATOR_AGENT_TTL="long"'), stderr);
});

test('an agent that nobody could read of is not asked for', async (t) => {
  const nats = await startTestNats(t);
  const cases: [string[], string][] = [
    [['--kind', 'parrot'], 'ORC_UNKNOWN_KIND'],
    [['--command', ''], 'ORC_USAGE'],
    [['--owner', 'telegram'], 'ORC_USAGE'],
    [['--ttl', '0s'], 'ORC_USAGE'],
  ];
  for (const [args, error] of cases) {
    const { code, stderr } = await runHere(['create', ...args], operator(nats));
    t.is(code, 2, args.join(' '));
    t.regex(stderr, oneLine(error));
  }
  t.deepEqual(await history(nats.log), []);
});

test('without a spawner a new agent does not start in time, and that is said', async (t) => {
  const nats = await startTestNats(t);
  const late = await runHere(['create', '--timeout', '500ms'], operator(nats));
  t.is(late.code, 4);
  t.regex(late.stderr, oneLine('ORC_TIMED_OUT'));
  const unasked = await runHere(['create', '--no-wait', '--json'], operator(nats));
  t.is(unasked.code, 0, unasked.stderr);
  t.regex(unasked.stdout, /^\{"agentId":"agent-[0-9a-f]{12}"\}\n$/);
});

test('verify folds the log to the hash that is served, or says that it does not', async (t) => {
  const nats = await startTestNats(t);
  await runHere(['create', '--no-wait'], operator(nats));
  const state = initialSystem();
  for await (const message of nats.log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    foldMessage(state, message);
  }
  let hash = hashSystem(state);
  await serve(nats, 'hash', () => ({ hash, sequence: 1 }));
  const equal = await runHere(['verify'], operator(nats));
  t.is(equal.code, 0, equal.stderr);
  t.is(equal.stdout, `event   1\nserved  ${hash}\nfolded  ${hash}\nsealed  nothing yet\n`);

  hash = '0'.repeat(hash.length);
  const other = await runHere(['verify', '--json'], operator(nats));
  t.is(other.code, 1);
  t.regex(other.stderr, oneLine('ORC_MISMATCH'));
  t.is(JSON.parse(other.stdout).equal, false);
});

test('the table of agents tells what each does', async (t) => {
  const nats = await startTestNats(t);
  const counts = { messages: 3, answers: 2, turns: 2, failed: 0 };
  const turn = { turnId: 't', startedAt: 'NOON', deadlineAt: 'LATER', messages: [] };
  const agent = (more: object) => ({
    agentId: newAgentId(),
    phase: 'ready',
    kind: 'demo',
    deleted: false,
    queued: 0,
    counts,
    ...more,
  });
  await serve(nats, 'agents', () => ({
    sequence: 9,
    agents: [
      agent({ turn, queued: 2, expiresAt: 'THEN' }),
      agent({ queued: 1, owner: { channel: 'telegram', userId: '7' } }),
      agent({ phase: 'unknown', kind: undefined }),
      agent({ phase: 'ended', end: 'exit code 3', endedAt: 'DUSK', deleted: true }),
    ],
  }));
  const live = (await runHere(['agents'], operator(nats))).stdout;
  t.regex(live, /ready +turn since NOON \(\+2 waiting\) +3 +THEN\n/);
  t.regex(live, /ready +telegram\/7 +idle \(\+1 waiting\) +3\n/);
  t.false(live.includes('deleted'));
  await serve(nats, 'archived', () => ({ agents: [agent({ phase: 'ended', endedAt: 'DAWN' })] }));
  const all = (await runHere(['agents', '-a'], operator(nats))).stdout;
  t.regex(all, /ended +idle +3 +DAWN\n(.*\n)*.*deleted +exit code 3 +3 +DUSK/);
});

test('events -f shows each event once, and ends when nobody reads any more', async (t) => {
  const nats = await startTestNats(t);
  const agentId = newAgentId();
  for (const text of ['one', 'two']) await progress(nats, agentId, text);
  let seen = '';
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      seen += chunk;
      const gone = seen.includes('four')
        ? Object.assign(new Error('gone'), { code: 'EPIPE' })
        : null;
      if (seen.endsWith('"two"}\n')) {
        void progress(nats, agentId, 'three').then(() => progress(nats, agentId, 'four'));
      }
      done(gone);
    },
  });
  const code = await run(['events', '-f'], { env: operator(nats), stdout, stderr: stdout });
  t.is(code, 0);
  const texts = [...seen.matchAll(/"text":"(\w+)"/g)].map(([, text]) => text);
  t.deepEqual(texts, ['one', 'two', 'three', 'four']);
});

test('what is not JSON is shown as text, and control characters as their escapes', async (t) => {
  const nats = await startTestNats(t);
  const subject = `agents.${newAgentId()}.response.answer`;
  await nats.connection.nc.request(subject, 'not \u001b[2J json');
  await nats.log.heard('agents.>');
  const line = (await runHere(['events'], operator(nats))).stdout;
  t.true(line.endsWith('not \\u001b[2J json\n'), line);
  const json = (await runHere(['events', '--json'], operator(nats))).stdout;
  t.is(JSON.parse(json).data, 'not \u001b[2J json');
});
