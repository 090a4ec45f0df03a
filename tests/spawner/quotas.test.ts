import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isLive } from '../../core/domain/agent/agent-state.ts';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { agentInboxPrefix } from '../../platform/nats/agent-credentials.ts';
import { derivedId, newAgentId, newId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { type SpawnerFixture, type SpawnerOptions, startSpawner } from '../support/spawner.ts';

/** An agent that does what it is told, and keeps a copy of the credentials that it began with. */
const OBEDIENT =
  'cp "$ORCHESTRATOR_CREDS" first.creds; while IFS= read -r line; do eval "$line"; done';

/** Says things until it is refused, and notes what it was told; `code` is there whole or not at all. */
const untilRefused = (command: string) =>
  `code=0; while [ $code = 0 ]; do ${command} 2>errors; code=$?; done; echo $code >begun; mv begun code`;

const UNTIL_GO = 'while [ ! -e go ]; do sleep 0.1; done';

/** Each try is a process of Node, and most of a minute goes by until one is heard. */
const UNTIL_HEARD = 'until orchestrator answer over 2>more-errors; do sleep 2; done';

/** What a command has told beside its telemetry. */
const linesOf = (stderr: string): string =>
  stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.includes('TOOL_CALL'))
    .join('\n');

const isOf =
  (commandId: string) =>
  ({ data }: { data: { commandId: string } }): boolean =>
    data.commandId === commandId;

/** One that exceeds, and one that nobody disturbs. */
class Pair {
  readonly t: ExecutionContext;
  readonly spawner: SpawnerFixture;
  readonly noisy = newAgentId();
  readonly other = newAgentId();
  #raw: LogConnection | undefined;

  constructor(t: ExecutionContext, spawner: SpawnerFixture) {
    this.t = t;
    this.spawner = spawner;
  }

  static async start(t: ExecutionContext, options: SpawnerOptions): Promise<Pair> {
    const pair = new Pair(t, await startSpawner(t, options));
    for (const agent of [pair.noisy, pair.other])
      await createAgent(pair.spawner.log, agent, OBEDIENT);
    await pair.talk(pair.noisy);
    pair.#raw = await pair.connectRaw();
    return pair;
  }

  /** A turn that ends as it should. */
  async talk(agent: string): Promise<void> {
    const id = await this.tell(agent, 'orchestrator answer hello');
    await this.spawner.event(agent, 'turn.ended', ({ correlationId }) => correlationId === id);
  }

  async tell(agent: string, line: string): Promise<string> {
    const id = newId('msg');
    await sendMessage(this.spawner.log, agent, id, line);
    return id;
  }

  /** With the credential that the agent began with, and a plain client. */
  connectRaw(): Promise<LogConnection> {
    const file = join(this.spawner.workspace(this.noisy), 'first.creds');
    const inboxPrefix = agentInboxPrefix(this.noisy);
    return this.spawner.nats.connect({ credentials: { file }, inboxPrefix });
  }

  file(name: string): Promise<string> {
    return readFile(join(this.spawner.workspace(this.noisy), name), 'utf8');
  }

  /** A shell command beside the agent, with its environment; its id. */
  async run(commandLine: string): Promise<string> {
    const event = command(this.noisy, 'command.run', { commandLine, timeoutMs: 60_000 });
    await this.spawner.log.append(event);
    return event.id;
  }

  /** Ends its {@link UNTIL_GO}. */
  go(): Promise<void> {
    return writeFile(join(this.spawner.workspace(this.noisy), 'go'), '');
  }

  /** Resolves when the agent has written this file. */
  untilFile(name: string): Promise<void> {
    const path = join(this.spawner.workspace(this.noisy), name);
    return this.until(() => existsSync(path), name);
  }

  async until(isSo: () => boolean, what: string): Promise<void> {
    for (let tries = 0; !isSo(); tries += 1) {
      if (tries === 600) throw new Error(`${what} did not come in time`);
      await delay(50);
    }
  }

  get quotaCheck() {
    return this.spawner.health.checks().find(({ name }) => name === 'quotas');
  }

  /** The agent is not heard, and knows why; everybody else goes on, and the operator sees it. */
  async assertMuted(reason: RegExp): Promise<void> {
    const { t, spawner, noisy } = this;
    const { data } = await spawner.event(noisy, 'process.muted');
    t.regex(data.reason, reason);
    await this.talk(this.other);
    await this.#raw?.nc.closed();
    await t.throwsAsync(this.connectRaw(), { code: 'ORC_NOT_PERMITTED' });
    t.like(this.quotaCheck, { ok: true, notable: true });
    t.true(this.quotaCheck?.detail.includes(`${noisy} is not heard: ${data.reason}`));
  }

  /** What the agent's command said, and its exit code. */
  async assertTold(what: RegExp): Promise<void> {
    const { t } = this;
    t.is(await this.file('code'), '1\n');
    const lines = (await this.file('errors'))
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('TOOL_CALL'));
    t.is(lines.length, 1, lines.join(' | '));
    t.regex(lines[0] ?? '', what);
  }

  /** The fold of the whole log is what the spawner has. */
  async assertReplays(): Promise<void> {
    const { follower, log } = this.spawner;
    const state = initialSystem();
    const until = follower.sequence;
    const hash = hashSystem(follower.state);
    for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, until })) {
      foldMessage(state, message);
    }
    this.t.is(hashSystem(state), hash);
  }
}

/** Long enough for four commands of an agent on a busy machine, and as short as a test can wait. */
const MINUTE = { minuteMs: 15_000 };

test('too many messages within a minute: refused until the minute is over', async (t) => {
  const pair = await Pair.start(t, { quotas: { ...MINUTE, eventsPerMinute: 4 } });
  const id = await pair.tell(
    pair.noisy,
    `${UNTIL_GO}; ${untilRefused('orchestrator progress x')}; ${UNTIL_HEARD}`,
  );
  await pair.spawner.event(pair.noisy, 'process.delivered', isOf(id));
  // What waits for an answer is told too, and does not take the next message for one.
  const asked = await pair.run('orchestrator ask --wait "Are you there?"');
  await pair.spawner.event(pair.noisy, 'response.question');
  await pair.go();
  await pair.assertMuted(/^\d+ messages within a minute, where 4 are allowed$/);
  const { data } = await pair.spawner.event(pair.noisy, 'process.command-run', isOf(asked));
  t.is(data.exitCode, 1);
  t.regex(linesOf(data.error), /^orchestrator: ORC_QUOTA: .*speak again at [-0-9T:.]+Z\..*$/);
  await pair.spawner.event(pair.noisy, 'process.unmuted');
  await pair.assertTold(
    /^orchestrator: ORC_QUOTA: The agent .*: \d+ messages within a minute, where 4 are allowed\. It may speak again at [-0-9T:.]+Z\.$/,
  );
  await pair.spawner.event(pair.noisy, 'turn.ended', ({ correlationId }) => correlationId === id);
  await pair.talk(pair.noisy);
  t.like(pair.quotaCheck, { ok: true, detail: 'no agent is over its quota' });
  await pair.assertReplays();
});

test('too many bytes within a minute: refused until the minute is over', async (t) => {
  const pair = await Pair.start(t, { quotas: { ...MINUTE, bytesPerMinute: 100_000 } });
  await pair.tell(
    pair.noisy,
    `head -c 60000 /dev/zero | tr "[:cntrl:]" x >text; ${untilRefused('orchestrator progress - <text')}; ${UNTIL_HEARD}`,
  );
  await pair.assertMuted(/^\d+ bytes of messages within a minute, where 100000 are allowed$/);
  await pair.spawner.event(pair.noisy, 'process.unmuted');
  await pair.assertTold(/ORC_QUOTA: .* bytes of messages within a minute, .* speak again at /);
  await pair.talk(pair.noisy);
  await pair.assertReplays();
});

/** Quotas of a whole life: what an agent does until it is refused, what is said then, what is raised. */
const IN_ALL = [
  {
    quota: { events: 5 },
    exceed: 'orchestrator progress x',
    reason: /^\d+ messages, where 5 are allowed in all$/,
    setting: 'ORCHESTRATOR_QUOTA_EVENTS',
    raised: { events: 1_000 },
  },
  {
    quota: { bytes: 100_000 },
    prepare: 'head -c 60000 /dev/zero | tr "[:cntrl:]" x >text;',
    exceed: 'orchestrator progress - <text',
    reason: /^\d+ bytes of messages, where 100000 are allowed in all$/,
    setting: 'ORCHESTRATOR_QUOTA_BYTES',
    raised: { bytes: 10_000_000 },
  },
  {
    quota: { files: 2 },
    prepare: 'echo note >file;',
    exceed: 'orchestrator answer --file file',
    reason: /^\d files, where 2 are allowed in all$/,
    setting: 'ORCHESTRATOR_QUOTA_FILES',
    raised: { files: 100 },
  },
  {
    quota: { fileBytes: 2_000_000 },
    prepare: 'head -c 1500000 /dev/zero >file;',
    exceed: 'orchestrator answer --file file',
    reason: /^\d+ bytes of files, where 2000000 are allowed in all$/,
    setting: 'ORCHESTRATOR_QUOTA_FILE_BYTES',
    raised: { fileBytes: 100_000_000 },
  },
];

for (const { quota, prepare = '', exceed, reason, setting, raised } of IN_ALL) {
  test(`${Object.keys(quota)} in all: refused until the quota is raised`, async (t) => {
    const pair = await Pair.start(t, { quotas: quota });
    const { spawner, noisy } = pair;
    await pair.tell(noisy, `${prepare} ${untilRefused(exceed)}`);
    await pair.assertMuted(reason);
    await pair.untilFile('code');
    await pair.assertTold(/^orchestrator: ORC_QUOTA: .* An operator can raise [A-Z_]+\.$/);
    t.true((await pair.file('errors')).includes(`${setting}.`));

    // Whoever writes to it is told, and it is not disturbed.
    const late = await pair.tell(noisy, 'touch disturbed');
    const turnId = derivedId('turn-', late);
    const over = await spawner.turnOver(noisy, turnId);
    t.like(over, { type: 'turn.failed', data: { code: 'ORC_QUOTA' } });
    t.false(existsSync(join(spawner.workspace(noisy), 'disturbed')));

    // A new spawner comes to the same, and to another with a higher quota.
    await spawner.restart({});
    await pair.until(() => pair.quotaCheck?.notable === true, 'the mute in health');
    await spawner.restart(raised);
    await spawner.event(noisy, 'process.unmuted');
    await pair.talk(noisy);
    t.is(pair.quotaCheck?.detail, 'no agent is over its quota');
    const events = await history(spawner.log);
    t.is(ofType(events, 'process.muted').length, 1);
    await pair.assertReplays();
  });
}

test('too many connections at a time: closed, and refused until the minute is over', async (t) => {
  const pair = await Pair.start(t, { quotas: { ...MINUTE, connections: 5 } });
  const more = await Promise.all(Array.from({ length: 8 }, () => pair.connectRaw()));
  await pair.assertMuted(/^\d+ connections at a time, where 5 are allowed$/);
  await Promise.all(more.map(({ nc }) => nc.closed()));
  await pair.spawner.event(pair.noisy, 'process.unmuted');
  await pair.talk(pair.noisy);
  t.is(ofType(await history(pair.spawner.log), 'process.muted').length, 1);
  await pair.assertReplays();
});

test('one question too many is refused at once; the one that waits gets its answer', async (t) => {
  const pair = await Pair.start(t, { quotas: { questions: 1 } });
  const { spawner, noisy } = pair;
  const first = await pair.tell(noisy, 'orchestrator answer "$(orchestrator ask --wait one)"');
  await spawner.event(noisy, 'response.question');

  const second = await pair.run('orchestrator ask --wait two');

  const { data } = await spawner.event(noisy, 'process.command-run', isOf(second));
  t.is(data.exitCode, 1);
  t.regex(linesOf(data.error), /^orchestrator: ORC_QUOTA: 1 questions of this agent wait already/);
  await pair.tell(noisy, 'the answer');
  const { data: answer } = await spawner.event(
    noisy,
    'response.answer',
    ({ data }) => data.text !== 'hello',
  );
  t.is(answer.text, 'the answer');
  await spawner.event(noisy, 'turn.ended', ({ correlationId }) => correlationId === first);
  await pair.talk(noisy);
  t.falsy(pair.quotaCheck?.notable);
  await pair.assertReplays();
});

test('tool calls too many at a time are refused at once, the others are done', async (t) => {
  const pair = await Pair.start(t, { quotas: { calls: 2 } });
  const { spawner, noisy } = pair;
  const id = await pair.tell(
    noisy,
    `${UNTIL_GO}; for i in 1 2 3; do (orchestrator project list --timeout 60s >out 2>error$i; echo $? >code$i; mv code$i over$i) & done; wait; orchestrator answer over`,
  );
  await spawner.event(noisy, 'process.delivered', isOf(id));
  // They wait while there is nobody who does them.
  await spawner.stop();
  await pair.go();
  const called = new Set<string>();
  await untilEvent(spawner.log, ({ type, id }) => {
    if (type === 'tool.project.list') called.add(id);
    return called.size === 3;
  });
  await spawner.start();
  await spawner.event(noisy, 'response.answer', ({ data }) => data.text === 'over');

  const codes = await Promise.all([1, 2, 3].map((nth) => pair.file(`over${nth}`)));
  t.deepEqual(codes.sort(), ['0\n', '0\n', '1\n']);
  const errors = await Promise.all([1, 2, 3].map((nth) => pair.file(`error${nth}`)));
  const told = errors.map(linesOf).filter((line) => line !== '');
  t.is(told.length, 1);
  t.regex(told[0] ?? '', /^orchestrator: ORC_QUOTA: 2 calls of this agent wait already/);
  await pair.talk(pair.other);
  await pair.assertReplays();
});

test('a message that is too large is refused with the size that is allowed, by the server too', async (t) => {
  const pair = await Pair.start(t, { maxMessage: 100_000, quotas: {} });
  const { spawner, noisy } = pair;
  const id = await pair.tell(
    noisy,
    'head -c 150000 /dev/zero | tr "[:cntrl:]" x | orchestrator answer - 2>errors; echo $? >code; orchestrator answer short',
  );
  await spawner.event(noisy, 'turn.ended', ({ correlationId }) => correlationId === id);
  t.is(await pair.file('code'), '2\n');
  t.regex(linesOf(await pair.file('errors')), /^orchestrator: ORC_TOO_LARGE: .* 100000\. /);

  const raw = await pair.connectRaw();
  const broken = new Promise<void>((resolve) => raw.onDisconnect(resolve));
  // As a client would that does not care.
  Object.assign(raw.nc.info ?? {}, { max_payload: 10_000_000 });
  raw.nc.publish(`agents.${noisy}.response.answer`, 'x'.repeat(150_000));
  await broken;
  await pair.talk(pair.other);
  const answers = ofType(await history(spawner.log), 'response.answer');
  t.true(answers.every(({ data }) => data.text.length < 100));
});

test('a flood is cut off within moments, and nobody else waits', async (t) => {
  const pair = await Pair.start(t, { quotas: { eventsPerMinute: 100, minuteMs: 60_000 } });
  const { spawner, noisy } = pair;
  const { nc } = await pair.connectRaw();
  const began = performance.now();
  let sent = 0;
  const closed = nc.closed().then(() => performance.now() - began);
  while (!nc.isClosed()) {
    for (let nth = 0; nth < 100; nth += 1, sent += 1) {
      nc.publish(`agents.${noisy}.response.progress`, 'x'.repeat(1_000));
    }
    // What is flushed when the connection is closed is never answered.
    await Promise.race([nc.flush().catch(() => undefined), closed]);
  }
  await pair.assertMuted(/^\d+ messages within a minute, where 100 are allowed$/);
  const state = spawner.follower.state.agents.get(noisy);
  const said = state && isLive(state) ? state.said : undefined;
  t.log(`${sent} sent, ${said?.events} taken, cut off after ${Math.round(await closed)} ms`);
  await pair.assertReplays();
});
