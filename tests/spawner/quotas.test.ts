import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { agentInboxPrefix } from '../../core/nats/agent-credentials.ts';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { type SpawnerFixture, type SpawnerOptions, startSpawner } from '../support/spawner.ts';

/** An agent that does what it is told, and keeps a copy of the credentials that it began with. */
const OBEDIENT =
  'cp "$ORCHESTRATOR_CREDS" first.creds; while IFS= read -r line; do eval "$line"; done';

/** Says things until it is refused, and notes what it was told. */
const untilRefused = (command: string) =>
  `code=0; while [ $code = 0 ]; do ${command} 2>errors; code=$?; done; echo $code >code`;

const UNTIL_HEARD = 'until orchestrator answer over 2>more-errors; do sleep 0.2; done';

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

test('too many messages within a minute: refused until the minute is over', async (t) => {
  const pair = await Pair.start(t, { quotas: { eventsPerMinute: 3, minuteMs: 10_000 } });
  const id = await pair.tell(
    pair.noisy,
    `${untilRefused('orchestrator progress x')}; ${UNTIL_HEARD}`,
  );
  await pair.assertMuted(/^\d+ messages within a minute, where 3 are allowed$/);
  await pair.spawner.event(pair.noisy, 'process.unmuted');
  await pair.assertTold(
    /^orchestrator: ORC_QUOTA: .*: \d+ messages within a minute, where 3 are allowed. It may speak again at [-0-9T:.]+Z\.$/,
  );
  await pair.spawner.event(pair.noisy, 'turn.ended', ({ correlationId }) => correlationId === id);
  await pair.talk(pair.noisy);
  t.like(pair.quotaCheck, { ok: true, detail: 'no agent is over its quota' });
  await pair.assertReplays();
});
