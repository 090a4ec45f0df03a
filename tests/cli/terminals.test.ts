import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { Health } from '../../platform/service/health.ts';
import { serveHealth } from '../../platform/service/serve-health.ts';
import { COMMAND_TABLE } from '../../schemas/command-table.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { isVisible } from '../../schemas/visible-text.ts';
import {
  dataFolder,
  environment,
  orchestrator,
  startSystem,
  type TestSystem,
} from '../support/system.ts';
import { onTerminal, TerminalSession } from '../support/terminal.ts';
import { runOnScreen } from './run-here.ts';

/** Characters that steer a terminal, each before a letter of its own. */
const STEERING = ['\x1b', '\x07', '\r', '\x08', '\x7f', '\x9b', '\u202e', '\u2066', '\u2028'];
const HOSTILE = `evil${STEERING.map((char, index) => `${char}${'abcdefghi'[index]}`).join('')}`;

/** How it is shown. Bytes of C1, which the shell below writes as UTF-8, are among it. */
const SHOWN = 'evil\\u001ba\\u0007b\\u000dc\\u0008d\\u007fe\\u009bf\\u202eg\\u2066h\\u2028i';

/** In a shell, `$EVIL` is the hostile text. */
const EVIL = `EVIL="$(printf '${[...Buffer.from(HOSTILE)]
  .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
  .join('')}')"`;

/** Says it by everything by which an agent can say something. */
const AGENT = `${EVIL}
printf '%s\\n' "$EVIL"; printf '%s\\n' "$EVIL" >&2
while read -r m; do
  orchestrator progress "$EVIL"
  case "$m" in
    fail) orchestrator turn end --problem "$EVIL"; continue ;;
    ask) orchestrator ask "$EVIL" --option "$EVIL" ;;
    *) orchestrator answer "$EVIL" ;;
  esac
  orchestrator turn end
done`;
const TURN_END = { ORCHESTRATOR_LINE_TURN_END: 'signal' };

/** A spawner and a bot that have the text wherever a service can have one. */
async function hostileServices(system: TestSystem): Promise<void> {
  const connection = await system.connection();
  const lease = {
    node: 'hostile-node',
    place: HOSTILE,
    places: [],
    holder: 'x',
    pid: 1,
    version: HOSTILE,
    startedAt: HOSTILE,
    draining: false,
    agents: 0,
  };
  await LeaseStore.of(connection).write(lease, 600_000, 0);
  const health = new Health();
  health.report(HOSTILE, false, HOSTILE);
  await serveHealth({ nc: connection.nc, name: 'bot', node: HOSTILE, health });
}

/** A project whose name is older than the rule for names. */
async function hostileProject(system: TestSystem, agentId: string): Promise<void> {
  const log = await system.log();
  const stored = await log.append({
    id: 'hostile-project',
    type: 'project.created',
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: subjectOf({ family: 'project', projectId: 'proj_hostile', name: 'created' }),
    data: { name: `${HOSTILE}\nproj_forged  mine`, agentId },
  });
  if (!stored.ok) throw new Error(stored.error);
}

interface Line {
  args: readonly string[];
  /** A word of it where it shows the text. */
  shows?: string;
  /**
   * As a process on a terminal of its own: what a `send` says by its quick way, what takes keys, and one of each
   * sort of output. `run` gives all the others the same output for a terminal, in this process.
   */
  asProcess?: boolean;
}

/** Runs it on a terminal; nothing on the screen may steer it. */
async function looked(t: ExecutionContext, line: Line, env: NodeJS.ProcessEnv) {
  const { args, asProcess = false } = line;
  const screen = asProcess ? await shownByProcess(t, args, env) : await runOnScreen(args, env);
  const steers = screen.split('\n').filter((line) => !isVisible(line));
  t.deepEqual(steers, [], `${args.join(' ')} shows what steers the terminal`);
  return screen;
}

async function shownByProcess(
  t: ExecutionContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const session = new TerminalSession(t, args, env);
  await session.done;
  return session.screen;
}

onTerminal('F10: no command shows a terminal what steers it, whoever wrote it', async (t) => {
  t.timeout(180_000);
  const system = await startSystem(t, { env: TURN_END });
  const { env } = system;
  const create = ['create', '--kind', 'line', '--command', AGENT];
  const agent = (await orchestrator(create, { env })).stdout.trim();
  await hostileServices(system);
  await hostileProject(system, agent);
  const piped = await orchestrator(['send', agent, '--wait', 'first'], { env });
  t.is(piped.stdout, `${HOSTILE}\n`, 'a pipe gets it as it was said');
  t.true((await orchestrator(['logs', agent], { env })).stdout.startsWith(`${HOSTILE}\n`));
  const unstarted = ['create', '--kind', 'line', '--command', `${EVIL}; "$EVIL"`];

  // Each command that is none of a conversation.
  const lines: Record<string, Line[]> = {
    init: [
      { args: ['init', '--yes', '--agent', HOSTILE], shows: '\\u202eg' },
      { args: ['init', '--yes', '--file', join(system.dataDir, HOSTILE)], shows: SHOWN },
    ],
    login: [
      { args: ['login', HOSTILE], shows: '\\u202eg', asProcess: true },
      { args: ['login', 'codex', '--file', HOSTILE], shows: 'evil\\u001ba' },
    ],
    'service install': [
      { args: ['service', 'install', '--print'], shows: 'ExecStart=' },
      { args: ['service', 'install', '--print', '--system', '--user', HOSTILE] },
    ],
    // Not more: where systemd runs, there may be one of whoever runs this.
    'service status': [{ args: ['service', 'status', HOSTILE], shows: '\\u202eg' }],
    'service uninstall': [{ args: ['service', 'uninstall', HOSTILE], shows: '\\u202eg' }],
    'init nats': [
      { args: ['init', 'nats', '--config', join(system.dataDir, HOSTILE)], shows: SHOWN },
      { args: ['init', 'nats', '--config', 'x', '--port', HOSTILE] },
    ],
    'init streams': [{ args: ['init', 'streams'] }],
    agents: [{ args: ['agents', '--all'] }],
    create: [{ args: unstarted }, { args: ['create', '--kind', HOSTILE] }],
    send: [
      { args: ['send', agent, '--wait', 'again'], shows: SHOWN, asProcess: true },
      { args: ['send', agent, '--wait', 'again', '--json'], shows: 'evil\\u001ba' },
      { args: ['send', agent, '--wait', 'ask'], shows: SHOWN, asProcess: true },
      { args: ['send', agent, '--wait', 'fail'], shows: 'evil\\u001ba', asProcess: true },
      { args: ['send', agent, '--mode', HOSTILE, 'x'], shows: '\\u202eg' },
      { args: ['send', HOSTILE, 'x'], shows: '\\u202eg', asProcess: true },
    ],
    interrupt: [{ args: ['interrupt', agent] }],
    extend: [{ args: ['extend', agent] }, { args: ['extend', agent, '--ttl', HOSTILE] }],
    logs: [
      { args: ['logs', agent], shows: SHOWN, asProcess: true },
      { args: ['logs', agent, '--json'], shows: 'evil\\u001ba' },
    ],
    events: [{ args: ['events'], shows: '\\u202eg' }, { args: ['events', '--json'] }],
    state: [
      { args: ['state'], shows: '\\u000aproj_forged  mine' },
      { args: ['state', 'proj_hostile'], shows: '\\u202eg' },
      { args: ['state', '--at', HOSTILE], shows: '\\u202eg' },
    ],
    timeline: [{ args: ['timeline', HOSTILE], shows: '\\u202eg' }],
    why: [{ args: ['why', HOSTILE], shows: '\\u202eg' }],
    judge: [{ args: ['judge'] }, { args: ['judge', '--from', HOSTILE], shows: '\\u202eg' }],
    diff: [{ args: ['diff', '--from', '1'], shows: '\\u202eg' }],
    history: [{ args: ['history', '--grep', 'EVIL'], shows: SHOWN }],
    replay: [{ args: ['replay', '--speed', 'max', agent], shows: SHOWN, asProcess: true }],
    export: [
      { args: ['export', '-o', join(system.dataDir, HOSTILE)], shows: SHOWN },
      { args: ['export', '--user', HOSTILE], shows: '\\u202eg' },
    ],
    import: [
      { args: ['import', HOSTILE], shows: '\\u202eg' },
      { args: ['import', HOSTILE, '--new-ids', '--owner', HOSTILE], shows: '\\u202eg' },
    ],
    'server list': [{ args: ['server', 'list'] }],
    nodes: [{ args: ['nodes'], shows: SHOWN, asProcess: true }],
    drain: [{ args: ['drain', HOSTILE], shows: 'evil\\u001ba' }],
    'token create': [
      { args: ['token', 'create', HOSTILE], shows: 'ORC_USAGE' },
      { args: ['token', 'create', 'ci', '--scope', HOSTILE], shows: '\\u202eg' },
    ],
    'token list': [{ args: ['token', 'list'] }],
    'token revoke': [{ args: ['token', 'revoke', HOSTILE], shows: '\\u202eg' }],
    'worker credential': [{ args: ['worker', 'credential', HOSTILE, 'x'], shows: '\\u202eg' }],
    'worker list': [{ args: ['worker', 'list'] }],
    'worker revoke': [{ args: ['worker', 'revoke', HOSTILE], shows: '\\u202eg' }],
    projects: [
      { args: ['projects'], shows: `${SHOWN}\\u000aproj_forged  mine` },
      { args: ['projects', '--json'], shows: 'evil\\u001ba' },
    ],
    traces: [
      { args: ['traces'], shows: 'OTEL_EXPORTER_OTLP_ENDPOINT' },
      { args: ['traces', '--json'], shows: 'invoke_agent' },
    ],
    erase: [
      { args: ['erase', HOSTILE], shows: '\\u202eg' },
      { args: ['erase', 'telegram/1', '--shared', HOSTILE], shows: '\\u202eg' },
    ],
    receipt: [
      { args: ['receipt', HOSTILE], shows: '\\u202eg' },
      { args: ['receipt', HOSTILE, '-o', HOSTILE], shows: '\\u202eg' },
    ],
    verify: [
      { args: ['verify'], shows: 'sealed' },
      { args: ['verify', HOSTILE], shows: '\\u202eg' },
    ],
    health: [{ args: ['health'], shows: `${SHOWN}: ${SHOWN} (since` }],
    doctor: [{ args: ['doctor'], shows: SHOWN, asProcess: true }],
    archive: [
      { args: ['archive'] },
      { args: ['archive', '--before', HOSTILE], shows: 'evil\\u001ba' },
    ],
    fork: [
      { args: ['fork', agent, '--name', HOSTILE], shows: '\\u202eg' },
      { args: ['fork', HOSTILE], shows: '\\u202eg' },
      { args: ['fork', agent, '--at', HOSTILE], shows: '\\u202eg' },
      { args: ['fork', agent, '--no-wait', '--json'], shows: 'forkedFrom' },
    ],
    rewind: [
      { args: ['rewind', HOSTILE, '--to', 'turn-1'], shows: '\\u202eg' },
      { args: ['rewind', agent, '--to', HOSTILE, '--files'], shows: '\\u202eg' },
      { args: ['rewind', agent, '--to', 'turn-1'] },
    ],
    'what-if': [
      { args: ['what-if', agent, '--at', HOSTILE], shows: '\\u202eg' },
      { args: ['what-if', HOSTILE], shows: '\\u202eg' },
      { args: ['what-if', agent, '--say', HOSTILE, '--no-wait'] },
      { args: ['what-if', HOSTILE, '--show'], shows: '\\u202eg' },
    ],
    undo: [{ args: ['undo', agent] }, { args: ['undo', HOSTILE], shows: '\\u202eg' }],
    'job logs': [{ args: ['job', 'logs', HOSTILE], shows: '\\u202eg' }],
    'job answer': [
      { args: ['job', 'answer', HOSTILE, 'yes'], shows: '\\u202eg' },
      { args: ['job', 'answer', 'job_1', HOSTILE], shows: '\\u202eg' },
    ],
    'project export': [
      { args: ['project', 'export', '--project', HOSTILE], shows: '\\u202eg' },
      { args: ['project', 'export', '--project', 'mine', '--branch', HOSTILE] },
    ],
    'project push': [
      { args: ['project', 'push', '--project', HOSTILE], shows: '\\u202eg' },
      { args: ['project', 'push', '--project', 'mine', '--to', HOSTILE] },
    ],
    resume: [{ args: ['resume', agent] }, { args: ['resume', HOSTILE], shows: '\\u202eg' }],
    stop: [{ args: ['stop', agent] }, { args: ['stop', HOSTILE] }],
    delete: [{ args: ['delete', agent] }],
  };
  const operators = COMMAND_TABLE.filter(({ audience }) => audience === 'operator');
  const names = operators.map(({ path }) => path.join(' ')).toSorted();
  t.deepEqual(
    [...Object.keys(lines), 'chat', 'start'].toSorted(),
    names,
    'a new command is to be tried here',
  );
  for (const line of Object.values(lines).flat()) {
    const { args, shows = '' } = line;
    const screen = await looked(t, line, env);
    t.true(screen.includes(shows), `${args.join(' ')}: ${screen}`);
  }
  const broken = { ...env, ORCHESTRATOR_AGENT: HOSTILE };
  t.true((await looked(t, { args: ['doctor'] }, broken)).includes('evil'));
  t.true((await looked(t, { args: [HOSTILE], asProcess: true }, env)).includes('\\u202eg'));
});

onTerminal(
  'F10: a chat in a terminal shows what an agent says, and nothing of it acts',
  async (t) => {
    const own = { ORCHESTRATOR_AGENT: 'line', ORCHESTRATOR_LINE_COMMAND: AGENT, ...TURN_END };
    const env = environment(dataFolder(t), own);
    const start = new TerminalSession(t, ['start'], env);
    await start.shows('started agent-');
    const chat = new TerminalSession(t, ['chat'], env);
    await chat.shows('still running: ');

    for (const session of [start, chat]) {
      session.type('hello\r');
      await session.shows(SHOWN);
      session.type('fail\r');
      await session.shows('ORC_MODEL_ERROR');
      session.type('ask\r');
      await session.shows(`❓ ${SHOWN}`);
      session.type('/logs\r');
      await session.shows(SHOWN);
    }
    chat.type('\x04');
    await chat.done;
    start.type('\x04');
    await start.done;

    for (const { screen } of [start, chat]) {
      for (const [index, char] of STEERING.entries()) {
        t.false(screen.includes(`${char}${'abcdefghi'[index]}`), JSON.stringify(char));
      }
    }
  },
);

onTerminal('F10: an error names a file of any name on one line', async (t) => {
  const env = environment(dataFolder(t), {
    ORCHESTRATOR_AGENT_ID: newAgentId(),
    ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:1',
  });

  const screen = await looked(
    t,
    { args: ['answer', '--file', `/nowhere/${HOSTILE}\n`, 'x'], asProcess: true },
    env,
  );

  t.is(screen.split('\n').length, 2);
  t.true(screen.includes('evil\\u001ba'));
});
