import { setTimeout as delay } from 'node:timers/promises';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { COMMANDS_STREAM } from '../../schemas/redis/keys.ts';
import { command } from '../support/commands.ts';
import { PATIENCE_MS } from './outcomes.ts';
import { AGENT, type World } from './world.ts';

const RETRY_MS = 100;
const HOURS_MS = 12 * 3_600_000;

/** Who talks with an agent by one of the ways there are: says something, and waits for what comes of it. */
export interface Place {
  /** Everything that was said so far. */
  readonly said: string[];
  exchange(round: number): Promise<void>;
}

/** A person in Telegram: plain words, and now and then a question with buttons, or a file. */
export class Person implements Place {
  readonly said: string[] = [];
  readonly userId: number;
  readonly #world: World;

  constructor(world: World, userId: number) {
    this.#world = world;
    this.userId = userId;
  }

  async exchange(round: number): Promise<void> {
    const kind = round % 10 === 3 ? 'ask' : round % 10 === 7 ? 'file' : 'hello';
    const text = `${kind} ${round} of ${this.userId}`;
    this.said.push(text);
    const { api } = this.#world.telegram;
    api.say(this.userId, text);
    await this.#shows(text);
    if (kind !== 'ask') return;
    const question = api.chat(this.userId).findLast((shown) => shown.buttons.length > 0);
    const [yes] = question?.buttons ?? [];
    if (question === undefined || yes === undefined) throw new Error(`no buttons: ${text}`);
    const chosen = `yes: ${text}`;
    this.said.push(chosen);
    api.press(this.userId, question, yes.data);
    await this.#shows(chosen, question.messageId);
  }

  /** The answer stands in the chat, and the log knows how it ended. */
  async #shows(text: string, after = 0): Promise<void> {
    const { telegram, outcomes } = this.#world;
    const { shown } = telegram.api;
    const isIt = (one: (typeof shown)[number]) =>
      one.messageId > after && one.chatId === String(this.userId) && one.text.includes(text);
    await telegram.until(() => shown.findLast(isIt) !== undefined, text, PATIENCE_MS);
    await outcomes.of(text);
  }
}

/** Who gives commands straight to the log. Its agent is replaced now and then. */
export class Operator implements Place {
  readonly said: string[] = [];
  /** Its agents so far; the last one lives. */
  readonly agents: string[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async exchange(round: number): Promise<void> {
    const agentId = await this.#agent();
    const text = `hello ${round} to ${agentId}`;
    this.said.push(text);
    await append(this.#world, command(agentId, 'command.send', { text, mode: 'join' }));
    await this.#world.outcomes.of(text);
  }

  /** The next exchange is with another. */
  async replace(): Promise<void> {
    const { outcomes } = this.#world;
    const agentId = await this.#agent();
    const ended = outcomes.endedAgents;
    await append(this.#world, command(agentId, 'command.stop', { reason: 'of the soak' }));
    await outcomes.ended(ended + 1);
    await this.#create();
  }

  async #agent(): Promise<string> {
    return this.agents.at(-1) ?? this.#create();
  }

  async #create(): Promise<string> {
    const agentId = newAgentId();
    this.agents.push(agentId);
    await createAgent(this.#world, agentId);
    return agentId;
  }
}

/** A client of the older system: commands and answers by Redis. */
export class OlderClient implements Place {
  readonly said: string[] = [];
  readonly agentId = newAgentId();
  readonly #world: World;
  #created = false;

  constructor(world: World) {
    this.#world = world;
  }

  async exchange(round: number): Promise<void> {
    const { outcomes, redis } = this.#world;
    const { agentId } = this;
    if (!this.#created) {
      await createAgent(this.#world, agentId);
      this.#created = true;
    }
    const message = `hello ${round} by Redis`;
    this.said.push(message);
    const data = JSON.stringify({
      command: 'send_message_persistent',
      request_id: `soak-${round}`,
      agent_id: agentId,
      message,
    });
    await (await redis.client()).sendCommand(['XADD', COMMANDS_STREAM, '*', 'data', data]);
    await outcomes.of(message);
  }
}

async function createAgent(world: World, agentId: string): Promise<void> {
  const data = { kind: 'line', ttlMs: HOURS_MS, turnDeadlineMs: HOURS_MS, commandLine: AGENT };
  await append(world, command(agentId, 'command.create', data));
  await world.outcomes.ready(agentId);
}

/** As a client does it: the same id again until it is stored. */
async function append({ log }: World, event: NewEvent): Promise<void> {
  for (;;) {
    const begin = performance.now();
    const result = await log.append(event);
    if (result.ok) return;
    const ms = Math.round(performance.now() - begin);
    process.stderr.write(
      `${new Date().toISOString()} ${event.type}: ${result.error} in ${ms} ms\n`,
    );
    await delay(RETRY_MS);
  }
}
