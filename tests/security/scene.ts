import { awaitResult } from '../../agents/voice/await-result.ts';
import { resultPlaces } from '../../agents/voice/tool-event.ts';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { publishEvent } from '../../core/log/publish-event.ts';
import { agentInboxPrefix, mintAgentCredentials } from '../../platform/nats/agent-credentials.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { agentEvent } from './agent-event.ts';
import { type Belongings, belongings } from './belongings.ts';
import type { Broker, Life } from './brokers.ts';
import { furnish, SECRET, servedSubjects, timePassed } from './furniture.ts';
import { mayPublish } from './may-publish.ts';
import { outcomeOf } from './outcomes.ts';
import { PlainClient, type Publish } from './plain-client.ts';
import type { Aim } from './server-headers.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 30_000;

/**
 * An agent with its credential and a plain client, and everything that is not its own: another agent
 * that works and waits for a result, a person, services that listen, a lease, a timer.
 */
export class Scene {
  readonly broker: Broker;
  readonly log: EventLog;
  readonly aim: Aim;
  /** The attacker's credentials. */
  readonly creds: string;
  /** Where the attacker may publish. */
  readonly subjects: readonly string[];
  attacker: PlainClient;
  /** The other agent's ears, wide open: all inboxes and results that its credential lets it hear. */
  readonly ears: PlainClient;
  /** Subjects on which something reached those who serve. */
  readonly reached: string[] = [];
  /** What the other agent's waiting command resolves with. */
  readonly result: Promise<Uint8Array | undefined>;
  readonly #other: LogConnection;
  readonly #clock = newAgentId();
  /** In subjects that change without an attack: the agent's own, the timer that tells the time. */
  readonly moving: string[] = [this.#clock];

  private constructor(broker: Broker, aim: Aim, creds: string, agents: Agents) {
    this.broker = broker;
    this.log = new EventLog(broker.connection);
    this.aim = aim;
    this.moving.push(aim.own);
    this.creds = creds;
    this.subjects = mayPublish(creds);
    this.attacker = agents.attacker;
    this.ears = agents.ears;
    this.#other = agents.other;
    this.result = awaitResult(agents.other.nc, resultPlaces(aim.other, 'awaited'), agents.signal);
  }

  static async make(t: Life, broker: Broker): Promise<Scene> {
    const aim = { own: newAgentId(), other: newAgentId() };
    const expiresAt = new Date(Date.now() + HOUR_MS);
    const mint = (agentId: string) =>
      mintAgentCredentials(broker.keys.agentsSeed, { agentId, expiresAt });
    const [creds, others] = [await mint(aim.own), await mint(aim.other)];
    const abort = new AbortController();
    const agents: Agents = {
      attacker: await plainAgent(t, broker, aim.own, creds),
      ears: await plainAgent(t, broker, aim.other, others),
      other: await connectAgent(t, broker, aim.other, others),
      signal: abort.signal,
    };
    t.teardown(() => abort.abort());
    const scene = new Scene(broker, aim, creds, agents);
    await furnish(broker.connection, aim);
    await scene.#listen();
    return scene;
  }

  /** Publishes all of it; resolves when the server has taken it, and EVENTS what of it is stored. */
  async attempt(publishes: readonly Publish[]): Promise<void> {
    this.attacker.publishAll(publishes);
    await this.attacker.flush();
    await this.log.heard(`agents.${this.aim.own}.>`, AbortSignal.timeout(PATIENCE_MS));
  }

  /** As {@link attempt}, and what came back of each. */
  async answers(publishes: readonly Publish[]): Promise<{ subject: string; outcome: string }[]> {
    const inbox = agentInboxPrefix(this.aim.own);
    this.attacker.heard.length = 0;
    await this.attempt(publishes.map((one, index) => ({ ...one, reply: `${inbox}.${index}` })));
    await this.settled();
    const answers = new Map(this.attacker.heard.map((heard) => [heard.subject, heard]));
    return publishes.map(({ subject }, index) => {
      return { subject, outcome: outcomeOf(answers.get(`${inbox}.${index}`)) };
    });
  }

  /** Resolves when nothing is open: each stream answers in order, so behind one more nothing is. */
  async settled(): Promise<void> {
    const inbox = agentInboxPrefix(this.aim.own);
    const last = this.subjects.map((subject, index) => ({
      subject,
      reply: `${inbox}.last-${index}`,
    }));
    let seen = this.attacker.heard.length;
    await this.attempt(last);
    const open = new Set(last.map(({ reply }) => reply));
    const isSettled = () => {
      // Only what came since the last look: thousands of answers may come in many pieces.
      for (const { subject } of this.attacker.heard.slice(seen)) open.delete(subject);
      seen = this.attacker.heard.length;
      return open.size === 0;
    };
    await this.attacker.until(isSettled, PATIENCE_MS);
    await this.ears.flush();
  }

  /** What there is of others and stands still. */
  belongings(): Promise<Belongings> {
    return belongings(this.broker.connection, (subject) =>
      this.moving.some((part) => subject.includes(part)),
    );
  }

  /** Resolves when a timer that is due in so long has come due: whatever was set before it has, too. */
  async timePassed(ms: number): Promise<void> {
    await timePassed(this.log, this.#clock, ms);
    this.reached.length = 0;
  }

  /** A subject with the agents' ids as a reader of a table wants to see them. */
  named(subject: string): string {
    return subject.replaceAll(this.aim.own, '‹own›').replaceAll(this.aim.other, '‹other›');
  }

  /** What the attacker heard of what only others may read. */
  get leaked(): string[] {
    const texts = this.attacker.heard.map(({ headers, payload }) => headers + payload);
    return texts.filter((text) => text.includes(SECRET));
  }

  /** The other agent answers and is heard, and a service states two things at once: as ever. */
  async othersGoOn(): Promise<{ answered: boolean; heard: boolean; stated: boolean }> {
    const { other } = this.aim;
    const answer = agentEvent(other, 'response.answer', { text: SECRET });
    const said = await publishEvent(this.#other.nc, answer);
    const heard = await this.log.heard(`agents.${other}.>`, AbortSignal.timeout(PATIENCE_MS));
    const message = await this.log.at('EVENTS', heard);
    const stated = await this.log.append([
      command(other, 'command.send', { text: SECRET, mode: 'join' }),
      command(other, 'command.interrupt', {}),
    ]);
    return {
      answered: said.ok && !said.duplicate,
      heard: message?.header('ce-id') === answer.id,
      stated: stated.ok && !stated.duplicate,
    };
  }

  /** kill -9 and a restart; everybody is there again. */
  async restart(t: Life): Promise<void> {
    const { broker, aim, creds } = this;
    await broker.kill();
    await broker.restart();
    const back = [broker.connection, this.#other].map((each) => each.connected(PATIENCE_MS));
    if ((await Promise.all(back)).includes(false)) throw new Error('not connected again');
    this.attacker = await plainAgent(t, broker, aim.own, creds);
  }

  /** The result that the other agent waits for all the while, stated at last. */
  async stateResult(text: string): Promise<void> {
    await this.broker.connection.nc.request(this.#awaited, text);
  }

  get #awaited(): string {
    return `agents.${this.aim.other}.result.awaited`;
  }

  async #listen(): Promise<void> {
    const { nc } = this.broker.connection;
    for (const subject of servedSubjects(this.aim)) {
      nc.subscribe(subject, { callback: (_, message) => void this.reached.push(message.subject) });
    }
    await nc.flush();
  }
}

interface Agents {
  attacker: PlainClient;
  ears: PlainClient;
  other: LogConnection;
  signal: AbortSignal;
}

/** An agent by hand, who listens to all that it may hear. */
export async function plainAgent(
  t: Life,
  { url }: Broker,
  agentId: string,
  creds: string,
): Promise<PlainClient> {
  const client = await PlainClient.connect(url, creds);
  t.teardown(() => client.close());
  client.subscribe(`${agentInboxPrefix(agentId)}.>`);
  client.subscribe(`agents.${agentId}.result.*`);
  await client.flush();
  return client;
}

async function connectAgent(
  t: Life,
  { url }: Broker,
  agentId: string,
  creds: string,
): Promise<LogConnection> {
  const inboxPrefix = agentInboxPrefix(agentId);
  const [jwt = '', seed = ''] = PlainClient.partsOf(creds);
  const options = { url, credentials: { jwt, seed }, name: t.title, inboxPrefix };
  const connection = await connectLog({ ...options, timeoutMs: 5_000 });
  t.teardown(() => connection.close());
  return connection;
}
