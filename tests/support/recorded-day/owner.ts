import type { EventContext } from '../../../core/domain/agent/agent-event.ts';
import { type AgentState, isLive, type LiveAgent } from '../../../core/domain/agent/agent-state.ts';
import { archivedEvents, isSettled } from '../../../core/domain/agent/archive-events.ts';
import { isIdle } from '../../../core/domain/agent/claim.ts';
import { REFUSED_AT_ONCE } from '../../../core/domain/agent/command/command-events.ts';
import { overflowedBy } from '../../../core/domain/agent/command/overflow.ts';
import { eventsOfStep, type Told } from '../../../core/domain/agent/events-of-step.ts';
import { homeEvents } from '../../../core/domain/agent/home-retention.ts';
import { nextStep, type Step } from '../../../core/domain/agent/next-step.ts';
import {
  mutedEvents,
  refusalEvents,
  unmutedEvents,
} from '../../../core/domain/agent/run/quota-events.ts';
import {
  goneEvents,
  lostEvents,
  stoppingEvents,
} from '../../../core/domain/agent/run/run-end-events.ts';
import {
  pausedEvents,
  releasedEvents,
  takeoverEvents,
} from '../../../core/domain/agent/run/run-events.ts';
import type { NewEvent, StoredEvent } from '../../../schemas/event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { outcomeOfCall } from './calls.ts';
import { KINDS, Program } from './programs.ts';
import type { World } from './world.ts';

/** Messages that may wait for one agent. */
const MAX_QUEUE = 5;

export interface Node {
  node: string;
  place: string;
  holder: string;
  isUp: boolean;
}

/** The spawners of the day, with all that they own: each agent's next step is the spawner's own decision. */
export class Owners {
  readonly nodes: Node[] = ['a', 'b', 'c'].map((name) => ({
    node: `node-${name}`,
    place: name === 'c' ? 'place-there' : 'place-here',
    holder: `holder-${name}-1`,
    isUp: true,
  }));
  readonly #world: World;
  readonly #programs = new Map<string, Program>();
  readonly #waking = new Set<string>();
  readonly #awaited = new Set<string>();
  readonly #running = new Map<string, string>();
  #holders = 1;

  constructor(world: World) {
    this.#world = world;
    world.heard.push(({ subject }) => {
      const [root, agentId = ''] = subject.split('.');
      if (root === 'agents') this.wake(agentId);
    });
  }

  /** Its owner looks at it a moment later. */
  wake(agentId: string): void {
    if (this.#waking.has(agentId)) return;
    this.#waking.add(agentId);
    this.#world.after(this.#world.dice.between(1, 15), () => {
      this.#waking.delete(agentId);
      this.#look(agentId);
    });
  }

  /** Killed, and there again after some time: another process, which finds what is its own. */
  crash(node: Node, awayMs: number): void {
    node.isUp = false;
    this.#world.after(awayMs, () => {
      this.#holders += 1;
      Object.assign(node, { isUp: true, holder: `${node.node}-${this.#holders}` });
      for (const agentId of this.#world.system.agents.keys()) this.wake(agentId);
    });
  }

  #state = (agentId: string): AgentState | undefined => this.#world.system.agents.get(agentId);

  #context = ({ node, place, holder }: Node): EventContext => ({
    now: this.#world.date,
    node,
    place,
    holder,
  });

  #look(agentId: string): unknown {
    const state = this.#state(agentId);
    if (state === undefined) return undefined;
    const owner = this.#ownerOf(state);
    if (owner === undefined) return undefined;
    if (isLive(state) && state.run.holder !== owner.holder) return this.#take(state, owner);
    if (isLive(state) && state.run.released) return this.#take(state, owner);
    this.#advance(state, owner);
    return undefined;
  }

  #ownerOf(state: AgentState): Node | undefined {
    const up = this.nodes.filter(({ isUp }) => isUp);
    if (!isLive(state)) return up[0];
    if (state.run.released) return up.find(({ place }) => place === state.run.place);
    return up.find(({ node }) => node === state.run.node);
  }

  #take(state: LiveAgent, owner: Node): void {
    this.#append(state, takeoverEvents(state, this.#context(owner)));
    this.#world.after(20, () => {
      const program = this.#programs.get(state.agentId);
      const now = this.#state(state.agentId);
      // Its process may have ended while nobody looked.
      if (program !== undefined || now === undefined || !isLive(now) || now.phase === 'starting')
        return;
      this.#append(now, goneEvents(now, 'its process was gone', this.#context(owner)));
    });
  }

  #advance(state: AgentState, owner: Node): unknown {
    const { agentId } = state;
    const program = this.#programs.get(agentId);
    const end = isLive(state) ? program?.end : undefined;
    const kind = state.phase === 'unknown' ? undefined : KINDS[state.kind];
    const traits = {
      ...(kind ?? ({ whileBusy: 'queue', endOfTurn: 'response' } as const)),
      maxQueue: MAX_QUEUE,
    };
    const awaitsReady = isLive(state) && state.phase === 'starting' && program !== undefined;
    const ran = this.#ended(state);
    const step = nextStep(state, traits, {
      end,
      awaitsReady,
      ended: end ? undefined : ran,
      isAwaited: (sequence) => this.#awaited.has(`${agentId} ${sequence} ${owner.holder}`),
    });
    if (step === undefined) return this.#idle(state, owner);
    this.#perform(step, state, owner);
    return undefined;
  }

  /** A shell command is over after a moment. */
  #ended(state: AgentState) {
    const [command] = state.phase === 'unknown' ? [] : (state.running ?? []);
    if (command === undefined) return undefined;
    const { commandId } = command;
    const output = this.#running.get(commandId);
    return output === undefined
      ? undefined
      : { commandId, outcome: { exitCode: 0, output, error: '' } };
  }

  #perform(step: Step, state: AgentState, owner: Node): void {
    const told = this.#told(step, state, owner);
    if (told === undefined) return;
    const { dice } = this.#world;
    // What was decided on may be behind by now: the fence tells whether that counts.
    const fence = this.#world.system.fences.get(state.agentId);
    const now = this.#world.date;
    const events = eventsOfStep(state, step, told, { ...this.#context(owner), now });
    const lag = dice.chance(10) ? dice.between(20, 300) : dice.between(0, 3);
    const holder = owner.holder;
    this.#waking.add(state.agentId);
    this.#world.after(lag, () => {
      this.#waking.delete(state.agentId);
      const isOwn = owner.isUp && owner.holder === holder;
      const isFenced = fence !== this.#world.system.fences.get(state.agentId);
      if (isOwn && !isFenced) this.#append(state, events);
      this.wake(state.agentId);
    });
  }

  #append(state: AgentState, events: readonly NewEvent[]): void {
    if (events.length === 0) throw new Error(`nothing is stated of ${state.agentId}`);
    this.#world.append(events);
  }

  #told(step: Step, state: AgentState, owner: Node): Told | undefined {
    const { dice } = this.#world;
    const { agentId } = state;
    switch (step.do) {
      case 'start':
        return { runtime: 'local' };
      case 'launch':
        return isLive(state) ? this.#launch(state) : undefined;
      case 'extend':
        return { expiresAt: step.expiresAt };
      case 'extend-from-now':
        return { expiresAt: new Date(this.#world.now + step.ttlMs).toISOString() };
      case 'resume': {
        if (state.phase !== 'ended' || state.deleted) return { refused: 'it was deleted' };
        this.#programs.delete(agentId);
        const { place } = owner;
        return { runtime: 'local', place, memory: dice.chance(50) ? 'session' : 'digest' };
      }
      case 'deliver':
        if (dice.chance(1)) return { refused: 'files/x.png is too large' };
        this.#programs.get(agentId)?.hear(false);
        return { bytes: step.message.text.length };
      case 'nudge':
        this.#programs.get(agentId)?.hear(true);
        return true;
      case 'snapshot':
        return dice.chance(90)
          ? { commit: hex(dice.between(1, 1e9)), files: 1, insertions: 3, deletions: 1 }
          : { failed: 'git is away' };
      case 'undo':
        return dice.chance(80) ? { files: 2 } : { refused: 'ORC_NO_CHANGES' };
      case 'call':
        return outcomeOfCall(step.call, state, this.#world);
      case 'write-file':
        return dice.chance(80) ? {} : { problem: 'the disk is full' };
      case 'run': {
        const { commandId, commandLine } = step.command;
        this.#world.after(dice.between(500, 9_000), () => {
          this.#running.set(commandId, commandLine);
          this.wake(agentId);
        });
        return true;
      }
      case 'refuse-overflow':
        return { commands: this.#overflowed(state, step.overflow) };
      case 'await-answer':
        this.#awaited.add(`${agentId} ${step.question.sequence} ${owner.holder}`);
        return true;
      default:
        return true;
    }
  }

  #overflowed(state: AgentState, overflow: { from: number; to: number }) {
    return this.#world.messages
      .slice(overflow.from - 1, overflow.to)
      .flatMap((message) => {
        const parsed = parseEvent(message);
        if (parsed.kind !== 'event' || !message.subject.includes(state.agentId)) return [];
        return overflowedBy(state, overflow, parsed.event as StoredEvent) ?? [];
      })
      .slice(0, REFUSED_AT_ONCE);
  }

  #launch(state: LiveAgent): Told<'launch'> | undefined {
    const { dice } = this.#world;
    const { agentId } = state;
    const isSaid = KINDS[state.kind]?.saysReady === true;
    const known = this.#programs.get(agentId);
    if (known === undefined && dice.chance(3)) return { failed: 'no such image' };
    if (known === undefined || known.end) {
      const program = new Program(agentId, state.kind, this.#world, () => this.wake(agentId));
      this.#programs.set(agentId, program);
      if (isSaid) program.boot();
    }
    if (!isSaid) return { pid: 42 };
    if (state.saidReady === undefined) return undefined;
    const { problem } = state.saidReady;
    if (problem === undefined) return { pid: 42 };
    this.#programs.get(agentId)?.exit({ code: 1, signal: null });
    return { failed: problem };
  }

  /** Nothing is to be done but to wait: what time and others bring. */
  #idle(state: AgentState, owner: Node): unknown {
    const { dice } = this.#world;
    const program = this.#programs.get(state.agentId);
    if (state.phase === 'stopping') return this.#stop(state, owner);
    if (!isLive(state) || !isIdle(state) || state.run.paused || program === undefined)
      return undefined;
    if (dice.chance(4)) this.#append(state, pausedEvents(state, this.#context(owner)));
    else if (dice.chance(1))
      this.#append(state, releasedEvents(state, 'drain', this.#context(owner)));
    return undefined;
  }

  /** Most end by themselves; some need to be told twice. */
  #stop(state: Extract<LiveAgent, { phase: 'stopping' }>, owner: Node): unknown {
    const { dice } = this.#world;
    const { agentId } = state;
    const program = this.#programs.get(agentId);
    if (program === undefined) {
      return this.#append(state, goneEvents(state, 'gone', this.#context(owner)));
    }
    const next = state.step === 'stdin-closed' ? 'sigterm' : 'sigkill';
    if (state.step === 'sigkill' || dice.chance(70)) {
      this.#world.after(dice.between(50, 2_000), () => program.exit({ code: 0, signal: null }));
      return undefined;
    }
    this.#world.after(5_000, () => {
      const now = this.#state(agentId);
      if (!owner.isUp || program.end || now?.phase !== 'stopping' || now.step !== state.step)
        return undefined;
      if (now.run.holder !== owner.holder) return undefined;
      this.#append(now, stoppingEvents(now, now.reason, next, this.#context(owner)));
    });
    return undefined;
  }

  /** Too much was said: it is not heard for a while, or until somebody raises its quota. */
  mute(agentId: string, isForGood: boolean): void {
    const state = this.#state(agentId);
    const owner = state && this.#ownerOf(state);
    if (!state || !isLive(state) || state.phase !== 'ready' || !owner || state.muted) return;
    const until = new Date(this.#world.now + 30_000).toISOString();
    const excess = { reason: 'too many messages', cure: 'Wait.', ...(!isForGood && { until }) };
    this.#append(state, mutedEvents(state, excess, this.#context(owner)));
    this.#world.after(isForGood ? 200_000 : 31_000, () => {
      const now = this.#state(agentId);
      const by = now && this.#ownerOf(now);
      if (!now || !isLive(now) || !now.muted || !by || now.run.holder !== by.holder) return;
      this.#append(now, unmutedEvents(now, this.#context(by)));
    });
  }

  /** Calls that are too many are refused. */
  refuseCalls(agentId: string): void {
    const state = this.#state(agentId);
    const owner = state && this.#ownerOf(state);
    if (!state || !isLive(state) || !owner || state.run.holder !== owner.holder) return;
    if (this.#programs.get(agentId)?.end) return;
    const quotas = { calls: 0, questions: 0 } as Parameters<typeof refusalEvents>[1];
    const events = refusalEvents(state, quotas, this.#context(owner));
    if (events.length > 0) this.#append(state, events);
  }

  /** Its node is gone for good, as far as anybody knows. */
  giveUp(agentId: string): void {
    const state = this.#state(agentId);
    const by = this.nodes.find(({ isUp }) => isUp);
    if (!state || !by || !isLive(state) || state.phase === 'starting') return;
    this.#programs.get(agentId)?.exit({ code: null, signal: 'SIGKILL' });
    this.#append(state, lostEvents(state, `its node ${state.run.node} is gone`, this.#context(by)));
  }

  /** What is left of an agent that has ended long ago. */
  tidy(agentId: string): unknown {
    const state = this.#state(agentId);
    const by = this.nodes.find(({ isUp }) => isUp);
    if (state?.phase !== 'ended' || !by || !isSettled(state)) return undefined;
    const context = this.#context(by);
    if (!state.deleted && state.homeDue === undefined) {
      const removeAt = new Date(this.#world.now + 60_000).toISOString();
      return this.#append(state, homeEvents(state, { do: 'tell', removeAt }, context));
    }
    if (!state.deleted && !state.homeRemoved) {
      if (Date.parse(state.homeDue ?? '') > this.#world.now) return undefined;
      return this.#append(state, homeEvents(state, { do: 'state-removal' }, context));
    }
    this.#append(state, archivedEvents(state, context));
    return undefined;
  }
}

const hex = (number: number): string => number.toString(16).padStart(40, '0');
