import { isLive } from '../../../core/domain/agent/agent-state.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import type { Person } from '../../../schemas/events/parts.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import type { Owners } from './owner.ts';
import { KINDS } from './programs.ts';
import type { World } from './world.ts';

type CommandType = Extract<NewEvent['type'], `command.${string}`>;

const HOUR_MS = 3_600_000;

/** The people of the day, and what befalls their agents. */
export class People {
  readonly agents: string[] = [];
  readonly #world: World;
  readonly #owners: Owners;
  #said = 0;

  constructor(world: World, owners: Owners) {
    this.#world = world;
    this.#owners = owners;
  }

  /** Somebody wants an agent, and talks to it from then on. */
  create(number: number): void {
    const { dice } = this.#world;
    const agentId = `agent-${number.toString(16).padStart(12, '0')}`;
    const kinds = Object.keys(KINDS);
    const owner: Person = {
      channel: number % 3 === 0 ? 'terminal' : 'telegram',
      userId: `${100 + (number % 8)}`,
    };
    const project = number % 4 === 1 && { id: 'proj_000000000001', name: 'shop' };
    this.#command(agentId, 'command.create', {
      kind: kinds[number % kinds.length] ?? 'line',
      ...(number % 7 !== 6 && { owner }),
      ...(project && { project }),
      ...(number % 9 === 8 && { allowedTools: ['project'] }),
      ttlMs: dice.between(1, 8) * 600_000,
      turnDeadlineMs: dice.between(3, 6) * 60_000,
    });
    const meta = {
      id: `user.agent-assigned:${agentId}:${this.#said}`,
      source: 'orchestrator/test',
      now: this.#world.date,
    };
    this.#world.append([newEvent('user.agent-assigned', owner, { agentId }, meta)]);
    if (!this.agents.includes(agentId)) this.agents.push(agentId);
    this.#talk(agentId);
  }

  /** A message now and then; something else more rarely. */
  #talk(agentId: string): void {
    const { dice } = this.#world;
    // In bursts, with long pauses between them.
    const wait = dice.chance(60)
      ? dice.between(5_000, 120_000)
      : dice.between(1_000_000, 8_000_000);
    this.#world.after(wait, () => {
      const state = this.#world.system.agents.get(agentId);
      if (state === undefined || state.phase === 'ended') this.#revive(agentId);
      else if (dice.chance(88)) this.#send(agentId);
      else this.#control(agentId);
      this.#talk(agentId);
    });
  }

  #send(agentId: string): void {
    const { dice } = this.#world;
    const mode = dice.one(['join', 'join', 'join', 'join', 'wait', 'interrupt'] as const);
    const state = this.#world.system.agents.get(agentId);
    const [question] = state && isLive(state) ? (state.questions ?? []) : [];
    const answers = question && dice.chance(50) ? { answers: question.questionId } : {};
    for (let more = dice.chance(2) ? dice.between(6, 9) : 1; more > 0; more -= 1) {
      this.#command(agentId, 'command.send', { text: `message ${this.#said}`, mode, ...answers });
    }
  }

  #control(agentId: string): void {
    const { dice } = this.#world;
    const state = this.#world.system.agents.get(agentId);
    const closed = state && isLive(state) ? state.closedQuestions?.[0] : undefined;
    const happenings: readonly (() => void)[] = [
      () => this.#command(agentId, 'command.interrupt', {}),
      () => this.#command(agentId, 'command.extend', { ttlMs: HOUR_MS }),
      () => this.#command(agentId, 'command.run', { commandLine: 'ls', timeoutMs: 10_000 }),
      () => this.#command(agentId, 'command.file', { path: 'a.txt', content: 'hello' }),
      () => this.#command(agentId, 'command.undo', {}),
      () => this.#command(agentId, 'command.resume', {}),
      () => this.#command(agentId, 'command.stop', { reason: 'asked' }),
      () => this.#command(agentId, 'command.delete', {}),
      () =>
        this.#command(agentId, 'command.create', {
          kind: 'line',
          ttlMs: HOUR_MS,
          turnDeadlineMs: 60_000,
        }),
      () => this.#command('agent-0000000000ff', 'command.send', { text: 'anybody?', mode: 'join' }),
      () =>
        closed &&
        this.#command(agentId, 'command.send', { text: 'late', mode: 'join', answers: closed }),
      () => this.#owners.mute(agentId, dice.chance(50)),
      () => this.#owners.refuseCalls(agentId),
      () => dice.chance(20) && this.#owners.giveUp(agentId),
    ];
    dice.one(happenings)();
  }

  /** One that has ended goes on, or leaves in steps and is made anew. */
  #revive(agentId: string): unknown {
    const { dice } = this.#world;
    const state = this.#world.system.agents.get(agentId);
    if (state === undefined || dice.chance(30)) {
      // One that is archived can go on, too; another comes where it is deleted.
      if (state === undefined && dice.chance(60)) return this.create(this.agents.length + 1);
      return this.#command(agentId, 'command.resume', {});
    }
    if (dice.chance(40)) return this.#owners.tidy(agentId);
    if (dice.chance(20)) return this.#command(agentId, 'command.delete', {});
    return this.#command(agentId, dice.chance(50) ? 'command.resume' : 'command.send', {
      text: 'hello?',
      mode: 'join',
    });
  }

  #command<T extends CommandType>(agentId: string, type: T, data: object): void {
    this.#said += 1;
    const id = `c-${this.#said}`;
    const meta = { id, source: 'orchestrator/test', now: this.#world.date, correlationId: id };
    // The data was written for this very type.
    const event = newEvent<CommandType>(type, { agentId }, data as DataOf<T>, meta);
    this.#world.append([event as NewEvent]);
  }
}
