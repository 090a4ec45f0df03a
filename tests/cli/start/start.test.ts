import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { processIdentity } from '../../../platform/service/process-identity.ts';
import { startTestNats } from '../../support/nats.ts';
import { killAll, processesWith, systemTree } from '../../support/process-tree.ts';
import { dataFolder, environment, orchestrator } from '../../support/system.ts';
import { RunningStart, servingOfFile } from './running-start.ts';

/** A line agent that is this bash program. */
const line = (command: string) => ({
  ORCHESTRATOR_AGENT: 'line',
  ORCHESTRATOR_LINE_COMMAND: command,
});

/** Takes a message, says that it works on it, and never answers. */
const SILENT = line('read -r m; orchestrator progress working; cat > /dev/null');

/** Only what a test can see: no sleeps, but processes give no event when they are gone. */
async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => processIdentity(pid) !== undefined)) await delay(20);
}

/** One that serves for several tests, each as a person of its own; the first who asks for it starts it. */
const serving = servingOfFile();

test.serial(
  'lines that are no messages are told and cost the exit code, the others are answered',
  async (t) => {
    const env = environment(dataFolder(t));
    const input = Buffer.concat([
      Buffer.from('one\n\n'),
      Buffer.from([0xff]),
      Buffer.from('\ntwo'),
    ]);

    const { code, stdout, stderr } = await orchestrator(['start'], { env, input });

    t.is(stdout, '[1] You said: one\n[2] You said: two\n');
    t.regex(stderr, /line 3: ORC_NOT_UTF8: /);
    t.is(code, 2);
  },
);

test.serial(
  'a line over the limit is told with both sizes, and the others are answered',
  async (t) => {
    const { folder } = await serving();
    const env = environment(folder, { ORCHESTRATOR_USER: 'longwinded' });
    const size = 9 * 1024 * 1024;
    const input = `${'x'.repeat(size)}\nhello\n`;

    const { code, stdout, stderr } = await orchestrator(['chat'], { env, input });

    t.is(stdout, '[1] You said: hello\n');
    t.regex(stderr, RegExp(`line 1: ORC_TOO_LARGE: The message has ${size} bytes; .* takes \\d+`));
    t.is(code, 2);
  },
);

test.serial('a turn that fails is told with reason and cure, and the exit code is 1', async (t) => {
  const { folder } = await serving();
  const env = environment(folder);
  const create = ['create', '--kind', 'line', '--command', 'read -r message; exit 3'];
  const agent = (await orchestrator(create, { env })).stdout.trim();

  const chat = ['chat', '--agent', agent];
  const { code, stdout, stderr } = await orchestrator(chat, { env, input: 'hello\n' });

  t.is(stdout, '');
  t.regex(stderr, /ORC_AGENT_CRASHED: .*exit code 3\. Send the message again/);
  t.is(code, 1);
});

test.serial('after an agent has crashed it goes on with the next message', async (t) => {
  const command =
    'read -r m; [ "$m" = die ] && exit 3; orchestrator answer "alive: $m"; cat >/dev/null';
  const start = new RunningStart(t, environment(dataFolder(t), line(command)));
  start.write('die\n');
  await start.says('has ended: exit code 3');
  start.write('live\n');

  const { code, stdout } = await start.end();

  t.regex(stdout, /^alive: \[You go on .*The user: die.*live\n$/);
  t.is(code, 1);
});

test.serial('SIGINT in the middle of a turn ends everything, and tells 130', async (t) => {
  const folder = dataFolder(t);
  const start = new RunningStart(t, environment(folder, SILENT));
  start.write('hello\n');
  await start.says('⏳ working');

  start.child.kill('SIGINT');

  t.is((await start.done).code, 130);
  t.deepEqual(processesWith(folder), []);
});

const CODES = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

for (const [signal, code] of Object.entries(CODES)) {
  test.serial(`D6: ${signal} to the whole process group ends everything in order`, async (t) => {
    const folder = dataFolder(t);
    const start = new RunningStart(t, environment(folder, SILENT));
    start.write('hello\n');
    await start.says('⏳ working');

    // The key of the table is a signal's name.
    process.kill(-start.pid, signal as NodeJS.Signals);

    const ended = await start.done;
    t.is(ended.code, code);
    t.notRegex(ended.stderr, /still be running|Did not end/);
    t.deepEqual(processesWith(folder), []);
  });
}

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test.serial(`D6: ${signal} to npm ends the system that it started`, async (t) => {
    const folder = dataFolder(t);
    const npm = spawn('npm', ['start', '--ignore-scripts', '--silent'], {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      env: environment(folder),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    t.teardown(() => killAll(processesWith(folder)));
    for await (const chunk of npm.stderr) if (String(chunk).includes('serving')) break;

    npm.kill(signal);

    await untilGone(processesWith(folder));
    t.deepEqual(processesWith(folder), []);
  });
}

test.serial('two people who pipe into one running system each get their own answers', async (t) => {
  const { folder } = await serving();
  const talk = (user: string) =>
    orchestrator(['chat'], {
      env: environment(folder, { ORCHESTRATOR_USER: user }),
      input: `I am ${user}\n`,
    });

  const [ada, bob] = await Promise.all([talk('ada'), talk('bob')]);

  t.is(ada.stdout, '[1] You said: I am ada\n');
  t.is(bob.stdout, '[1] You said: I am bob\n');
  t.deepEqual([ada.code, bob.code], [0, 0]);
});

test.serial('a folder in use by another run is refused with its process', async (t) => {
  const { folder, start: first } = await serving();

  const { code, stderr } = await orchestrator(['start'], { env: environment(folder), input: '' });

  t.is(code, 1);
  t.regex(stderr, RegExp(`^orchestrator: ORC_DATA_LOCKED: .*process ${first.pid}.*\n$`));
});

test.serial('a system that serves ends cleanly at SIGTERM', async (t) => {
  const { folder, start } = await serving();

  start.child.kill('SIGTERM');

  const { code, stdout } = await start.done;
  t.is(code, 0);
  t.is(stdout, '');
  t.deepEqual(processesWith(folder), []);
});

test.serial('a second SIGINT ends everything at once but the agents', async (t) => {
  const folder = dataFolder(t);
  const stubborn = line("trap '' TERM; orchestrator progress working; while :; do sleep 0.2; done");
  const env = environment(folder, { ...stubborn, ORCHESTRATOR_STOP_GRACE: '1m' });
  const start = new RunningStart(t, env);
  await start.says('⏳ working');
  const tree = systemTree(start.pid);

  start.child.kill('SIGINT');
  await start.says('again to end at once');
  while (processIdentity(start.pid) !== undefined) {
    start.child.kill('SIGINT');
    await delay(100);
  }

  t.is((await start.done).code, 130);
  await untilGone(tree);
});

test.serial(
  'when the supervisor is killed its services end, and the next start takes over',
  async (t) => {
    const folder = dataFolder(t);
    const first = new RunningStart(t, environment(folder), { input: 'ignore' });
    await first.says('serving');
    const tree = systemTree(first.pid);
    t.true(tree.length >= 3);

    first.child.kill('SIGKILL');
    await untilGone(tree);

    const { code, stdout } = await orchestrator(['start'], {
      env: environment(folder),
      input: 'hello\n',
    });
    t.is(stdout, '[1] You said: hello\n');
    t.is(code, 0);
  },
);

test.serial(
  'what is answered after everything was killed is delivered by the next start',
  async (t) => {
    const folder = dataFolder(t);
    const go = join(folder, 'go');
    const command = `while read -r m; do orchestrator progress working; until [ -e ${go} ]; do sleep 0.1; done; orchestrator answer "late: $m"; done`;
    const env = environment(folder, line(command));
    const first = new RunningStart(t, env);
    first.write('hello\n');
    await first.says('⏳ working');

    killAll(systemTree(first.pid));
    await first.done;
    await writeFile(go, '');
    const { code, stdout, stderr } = await orchestrator(['start'], { env, input: '' });

    t.is(stdout, 'late: hello\n');
    t.regex(stderr, /still running: agent-/);
    t.is(code, 0);
  },
);

test.serial('a data folder that cannot be made is one line', async (t) => {
  const file = join(dataFolder(t), 'file');
  await writeFile(file, '');
  const env = environment(join(file, 'data'));

  const { code, stderr } = await orchestrator(['start'], { env, input: '' });

  t.is(code, 1);
  t.regex(stderr, /^orchestrator: ORC_DATA_DIR: .*\n$/);
});

test.serial('wrong settings are told all at once', async (t) => {
  const env = environment(dataFolder(t), {
    ORCHESTRATOR_AGENT_TTL: 'soon',
    ORCHESTRATOR_NATS_PORT: '70000',
    ORCHESTRATOR_UNHEARD_OF: '1',
  });

  const { code, stderr } = await orchestrator(['start'], { env, input: '' });

  t.is(code, 2);
  t.regex(stderr, /^orchestrator: ORC_SETTINGS: .*NATS_PORT.*AGENT_TTL.*UNHEARD_OF.*\n$/);
});

test.serial('a port in use is one line, and nothing is left', async (t) => {
  const folder = dataFolder(t);
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const env = environment(folder, { ORCHESTRATOR_NATS_PORT: String(port) });

  const { code, stderr } = await orchestrator(['start'], { env, input: '' });

  t.is(code, 1);
  t.regex(stderr, RegExp(`^orchestrator: ORC_PORT_IN_USE: .*${port}.*\n$`));
  t.true(stderr.includes('ORCHESTRATOR_NATS_PORT'), 'D10: the setting is named');
  t.deepEqual(processesWith(folder), []);
});

test.serial('a set port of the HTTP API that is in use is one line, at once', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const address = server.address();
  const port = String(typeof address === 'object' ? address?.port : '');
  const env = environment(dataFolder(t), { ORCHESTRATOR_HTTP_PORT: port });

  const { code, stderr } = await orchestrator(['start'], { env, input: 'hello\n' });

  t.is(code, 1);
  t.regex(
    stderr,
    /^orchestrator: ORC_INTERNAL: The projections service does not start: ORC_SETTINGS: Port \d+/,
  );
  t.is(stderr.trimEnd().split('\n').length, 1);
});

test.serial('a nats-server that is too old or missing is one line', async (t) => {
  const folder = dataFolder(t);
  const old = join(folder, 'old-nats-server');
  await writeFile(old, '#!/bin/sh\necho "nats-server: v2.10.22"\n');
  await chmod(old, 0o755);
  const start = (server: string) =>
    orchestrator(['start'], {
      env: environment(join(folder, 'data'), { ORCHESTRATOR_NATS_SERVER: server }),
      input: '',
    });

  const tooOld = await start(old);
  const missing = await start(join(folder, 'none'));

  t.regex(tooOld.stderr, /^orchestrator: ORC_NATS_OLD: .*2\.10\.22.*\n$/);
  t.regex(missing.stderr, /^orchestrator: ORC_NATS_MISSING: .*\n$/);
  t.deepEqual([tooOld.code, missing.code], [1, 1]);
});

test.serial('a reader that goes away ends it, without a stack trace', async (t) => {
  const folder = dataFolder(t);
  const start = new RunningStart(t, environment(folder));
  await start.says('started agent-');
  // What reads it to its end does not get there.
  start.done.catch(() => undefined);
  start.child.stdout?.destroy();
  start.write('hello\n');

  const [code] = await once(start.child, 'exit');

  t.is(code, 141);
  t.notRegex(start.said, /EPIPE/);
  t.deepEqual(processesWith(folder), []);
});

test.serial('kept agents are named at the end, and found by the next start', async (t) => {
  const folder = dataFolder(t);
  const env = environment(folder);

  const first = await orchestrator(['start', '--keep-agents'], { env, input: 'one\n' });
  const second = await orchestrator(['start'], { env, input: '' });

  const agentId = /agent-[0-9a-f]{12}/.exec(first.stderr)?.[0] ?? 'none';
  t.true(first.stderr.includes(`${agentId} kept running`));
  t.true(second.stderr.includes(`still running: ${agentId}`));
  t.deepEqual(processesWith(folder), []);
});

test.serial('a message goes through a nats-server that is killed and comes back', async (t) => {
  const folder = dataFolder(t);
  const start = new RunningStart(t, environment(folder));
  await start.says('started agent-');
  const nats = processesWith(join(folder, 'nats', 'nats.conf'));
  t.is(nats.length, 1);

  killAll(nats);
  start.write('hello\n');

  const { code, stdout, stderr } = await start.end();
  t.is(stdout, '[1] You said: hello\n', stderr);
  t.is(code, 0);
});

test.serial(
  'with a NATS of one’s own the system runs on that, and ends its own agents',
  async (t) => {
    const nats = await startTestNats(t);
    const folder = nats.dataDir;
    t.teardown(() => killAll(processesWith(join(folder, 'agents'))));
    const env = environment(folder, {
      ORCHESTRATOR_NATS_URL: nats.url,
      ORCHESTRATOR_CREDS: nats.operatorCreds,
    });

    const { code, stdout } = await orchestrator(['start'], { env, input: 'hello\n' });

    t.is(stdout, '[1] You said: hello\n');
    t.is(code, 0);
    t.deepEqual(processesWith(join(folder, 'agents')), []);
  },
);
