import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { claimedIds } from '../security/attacks.ts';
import { timePassed } from '../security/furniture.ts';
import { command } from '../support/commands.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { untilEvent } from '../support/history.ts';
import { attackFrom, beforeNewSeals, leases, operatorOf, othersBelongings } from './attacks.ts';
import { ComposeClone } from './clone.ts';

const PLANTED_KEY = 'sk-planted-0123456789abcdef';
const UP_MS = 15 * 60_000;
const TURN_MS = 5 * 60_000;

/** Says that it works, and answers when somebody lets it. */
const SLOW_AGENT =
  'while IFS= read -r m; do echo "working on $m"; ' +
  'until [ -e /tmp/go ]; do sleep 0.2; done; orchestrator answer "$m is done, by $$"; done';

const engine = await dockerEngine();
const withDocker = engine === undefined ? test.skip : test;
let system: ComposeClone;

test.before(async (t) => {
  t.timeout(UP_MS);
  if (engine === undefined) return;
  system = await ComposeClone.make(engine);
  writeFileSync(join(system.folder, '.env'), `ANTHROPIC_API_KEY=${PLANTED_KEY}\n`, { mode: 0o600 });
  const { code, stderr } = await system.run(['up', '--build', '--detach']);
  t.is(code, 0, stderr);
});

test.after.always(async (t) => {
  t.timeout(TURN_MS);
  if (engine !== undefined) await system.remove();
});

const chat = (input: string, ...options: string[]) =>
  system.run(['run', '--rm', '-T', ...options, 'cli', 'chat'], input);

withDocker(
  'from a clean clone, one command brings it up and one chats with the demo agent',
  async (t) => {
    t.timeout(TURN_MS);
    const { code, stdout, stderr } = await chat('Create project myapp\nhello\n');

    t.is(code, 0, stderr);
    const [first, second] = stdout.split('\n');
    t.regex(first ?? '', /^Done! Created project 'myapp' \(ID: proj_[0-9a-f]+\)\.\r?$/);
    t.regex(second ?? '', /^\[2\] You said: hello\r?$/);
  },
);

withDocker(
  'a restart of the spawner in the middle of a turn changes nothing for the user',
  async (t) => {
    t.timeout(TURN_MS);
    const agent = [
      '-e',
      'ORCHESTRATOR_AGENT=line',
      '-e',
      `ORCHESTRATOR_LINE_COMMAND=${SLOW_AGENT}`,
    ];
    const before = new Set(await system.agents());
    const answered = chat('the work\n', '-e', 'ORCHESTRATOR_USER=patient', ...agent);
    const id = await busyAgent(before);

    const { code, stderr } = await system.run(['restart', 'spawner']);
    t.is(code, 0, stderr);
    await system.docker('exec', '--user', '1000', id, 'touch', '/tmp/go');

    const chatted = await answered;
    t.is(chatted.code, 0, chatted.stderr);
    t.regex(chatted.stdout, /^the work is done, by \d+\r?\n$/);
    t.true((await system.agents()).includes(id), 'the same container');
  },
);

/** The agent that is new, once it works on its message. */
async function busyAgent(before: ReadonlySet<string>): Promise<string> {
  const end = Date.now() + TURN_MS / 2;
  while (Date.now() < end) {
    for (const id of await system.agents()) {
      if (!before.has(id) && (await system.docker('logs', id)).includes('working on')) return id;
    }
    await delay(200);
  }
  throw new Error('no agent has begun to work');
}

withDocker('the system says over HTTP that it is well, on this machine only', async (t) => {
  t.timeout(TURN_MS);
  const url = `http://${await system.address('projections', 8000)}/healthz`;
  const end = Date.now() + TURN_MS / 2;
  let status = 0;
  while (status !== 200 && Date.now() < end) {
    status = (await fetch(url).catch(() => undefined))?.status ?? 0;
    await delay(200);
  }
  t.is(status, 200);
  // F13: by another name, or for a page of another, not even this machine is answered.
  t.is((await fetch(url, { headers: { origin: 'http://evil.example' } })).status, 403);
  for (const container of await containers()) {
    for (const bound of Object.values(container.HostConfig.PortBindings ?? {})) {
      t.deepEqual(
        bound.map(({ HostIp }) => HostIp),
        ['127.0.0.1'],
        container.Name,
      );
    }
  }
});

interface Inspected {
  Name: string;
  Mounts: { Source: string }[];
  HostConfig: {
    ReadonlyRootfs: boolean;
    Privileged: boolean;
    CapDrop: string[];
    SecurityOpt: string[];
    PortBindings: Record<string, { HostIp: string }[]> | null;
  };
}

async function containers(): Promise<Inspected[]> {
  const filter = `label=com.docker.compose.project=${system.project}`;
  const ids = (await system.docker('ps', '--all', '--quiet', '--filter', filter)).split('\n');
  return JSON.parse(await system.docker('inspect', ...ids.filter((id) => id !== '')));
}

withDocker(
  'only the door to Docker has its socket, and every container is locked up',
  async (t) => {
    const all = await containers();
    t.true(all.length >= 6);
    const withSocket = all.filter(({ Mounts }) =>
      Mounts.some(({ Source }) => /docker\.sock/.test(Source)),
    );
    t.deepEqual(
      withSocket.map(({ Name }) => Name),
      [`/${system.project}-docker-proxy-1`],
    );
    for (const { Name, HostConfig } of all) {
      // Compose puts secrets into no container of which nothing can be written; this one ends at once.
      t.is(HostConfig.ReadonlyRootfs, Name !== `/${system.project}-secrets-1`, Name);
      t.false(HostConfig.Privileged, Name);
      t.deepEqual(HostConfig.CapDrop, ['ALL'], Name);
      t.true(HostConfig.SecurityOpt.includes('no-new-privileges:true'), Name);
    }
  },
);

withDocker(
  'a key of .env reaches the spawner alone, and no `docker inspect` shows it',
  async (t) => {
    const filter = `label=com.docker.compose.project=${system.project}`;
    const ids = (await system.docker('ps', '--all', '--quiet', '--filter', filter))
      .trim()
      .split('\n');
    const inspected = await system.docker('inspect', ...ids);
    t.false(inspected.includes(PLANTED_KEY));
    const environmentOf = async (service: string) => {
      // That of the service's own process, below the init.
      const command = ['sh', '-c', 'cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"'];
      return (await system.run(['exec', '-T', service, ...command])).stdout;
    };
    t.true((await environmentOf('spawner')).includes(`ANTHROPIC_API_KEY=${PLANTED_KEY}`));
    t.false((await environmentOf('projections')).includes(PLANTED_KEY));
  },
);

withDocker('a shell command beside an agent passes the door to Docker', async (t) => {
  t.timeout(TURN_MS);
  const agentId = await agentOf('runner');
  const connection = await operatorOf(system);
  t.teardown(() => connection.close());
  const log = new EventLog(connection);
  const data = { commandLine: 'id -un; exit 3', timeoutMs: 60_000 };
  await log.append(command(agentId, 'command.run', data, 'beside'));
  const event = await untilEvent(
    log,
    (found) => found.type === 'process.command-run' && found.data.commandId === 'beside',
  );
  t.like(event.data, { exitCode: 3, output: 'agent\n' });
});

withDocker('the seed that mints credentials is the spawner’s alone', async (t) => {
  const see = async (service: string) =>
    (
      await system.run([
        'exec',
        '-T',
        service,
        'find',
        '/data',
        '/run/orchestrator',
        '-name',
        '*.seed',
      ])
    ).stdout;
  t.is(
    (await system.run(['exec', '-T', 'spawner', 'ls', '/data/auth'])).stdout,
    'agents.pub\nagents.seed\noperator.creds\nrevoker.creds\nsigning.seed\n',
  );
  t.is(await see('projections'), '');
  t.is(
    (await system.run(['exec', '-T', 'projections', 'ls', '/run/orchestrator'])).stdout,
    'agents.pub\noperator.creds\n',
  );
});

/** The agent of a user who has not talked before. */
async function agentOf(user: string): Promise<string> {
  const before = new Set(await system.agents());
  await chat('hello\n', '-e', `ORCHESTRATOR_USER=${user}`);
  const fresh = (await system.agents()).find((id) => !before.has(id));
  if (fresh === undefined) throw new Error(`${user} has no agent`);
  return fresh;
}

withDocker(
  'F1, F2, F4, F5, F6: what an agent tries from inside its container changes nothing of others',
  async (t) => {
    t.timeout(TURN_MS);
    const [attacker, other] = [await agentOf('attacker'), await agentOf('other')];
    const connection = await operatorOf(system);
    t.teardown(() => connection.close());
    const log = new EventLog(connection);
    const clock = newAgentId();
    // Its user has the answer a moment before its turn has ended.
    await untilEvent(log, ({ type, subject }) => type === 'turn.ended' && subject.includes(other));
    const before = await othersBelongings(connection, [attacker, clock]);
    const held = await leases(connection);

    t.is(await attackFrom(system, attacker, other), 'attacked\n');
    await timePassed(log, clock, 2_000);

    const after = await othersBelongings(connection, [attacker, clock]);
    t.deepEqual(beforeNewSeals(after, before), before);
    t.deepEqual(await leases(connection), held);
    t.is(await log.last('EVENTS', `agents.${attacker}.result.stolen`), undefined);
    const claimed = claimedIds({ own: attacker, other });
    for (const id of claimed) {
      const message = command(other, 'command.send', { text: id, mode: 'join' }, id);
      t.like(await log.append(message), { ok: true, duplicate: false }, id);
    }
    const { stdout, stderr } = await chat('hello again\n', '-e', 'ORCHESTRATOR_USER=other');
    t.regex(stdout, /You said: hello again/, stderr);
    const verified = await system.run(['run', '--rm', '-T', 'cli', 'verify']);
    t.is(verified.code, 0, verified.stderr);
  },
);
