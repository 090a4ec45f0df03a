import type { EventContext } from '../../../core/domain/agent/agent-event.ts';
import {
  type AgentState,
  isLive,
  type LiveAgent,
  unknownAgent,
} from '../../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../../core/domain/agent/agent-traits.ts';
import { eventsOfStep, type Told } from '../../../core/domain/agent/events-of-step.ts';
import { type KnownBesideLog, nextStep, type Step } from '../../../core/domain/agent/next-step.ts';
import { isOpen, type JobState, type OpenJob } from '../../../core/domain/job/job-state.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../../schemas/new-event.ts';
import { outcomeOfCall } from '../recorded-day/calls.ts';
import { World } from '../recorded-day/world.ts';

type CommandType = Extract<NewEvent['type'], `command.${string}`>;
type Word = Extract<NewEvent['type'], `response.${string}` | `turn.signalled` | `turn.ready`>;

/** What an owner is told from outside, where it is not what is mostly told. */
export interface Outside extends KnownBesideLog {
  traits?: AgentTraits;
  /** By the name of the step. */
  told?: { [Name in Step['do']]?: Told<Name> };
}

const QUEUE: AgentTraits = { whileBusy: 'queue', endOfTurn: 'response' };
const HOUR_MS = 3_600_000;

/** A log that is written line by line: who says what is a script, and what is decided is decided by the core. */
export class Script {
  readonly world = new World({ between: (from) => from, chance: () => false, one: first });
  #count = 0;

  get #context(): EventContext {
    return { now: this.world.date, node: 'node-a', place: 'place-here', holder: 'holder-a' };
  }

  /** The id of another agent. */
  newId(): string {
    this.#count += 1;
    return `agent-${this.#count.toString(16).padStart(12, '0')}`;
  }

  state(agentId: string): AgentState {
    return this.world.system.agents.get(agentId) ?? unknownAgent(agentId);
  }

  live(agentId: string): LiveAgent {
    const state = this.state(agentId);
    if (!isLive(state)) throw new Error(`${agentId} is ${state.phase}`);
    return state;
  }

  /** Somebody asks; told is the id of the command. */
  command<T extends CommandType>(
    agentId: string,
    type: T,
    data: object,
    more: { id?: string; correlationId?: string; traceparent?: string } = {},
  ): string {
    this.#count += 1;
    const id = `c-${this.#count}`;
    const meta = { id, source: 'orchestrator/test', now: this.world.date, correlationId: id };
    // The data was written for this very type.
    const whose = { agentId } as Whose<T>;
    const event = newEvent(type, whose, data as DataOf<T>, { ...meta, ...more });
    this.world.append([event as NewEvent]);
    return more.id ?? id;
  }

  send(agentId: string, data: object = {}, more?: Parameters<Script['command']>[3]): string {
    return this.command(agentId, 'command.send', { text: 'hello', mode: 'join', ...data }, more);
  }

  /** An agent that is ready, of nobody where no owner is named. */
  ready(data: object = {}): string {
    const agentId = this.newId();
    this.create(agentId, data);
    this.settle(agentId);
    return agentId;
  }

  create(agentId: string, data: object = {}): string {
    const life = { kind: 'line', ttlMs: HOUR_MS, turnDeadlineMs: 60_000 };
    return this.command(agentId, 'command.create', { ...life, ...data });
  }

  /** The agent says something; told is the id. */
  say<T extends Word>(agentId: string, type: T, data: DataOf<T>): string {
    this.#count += 1;
    const id = `${agentId}_w-${this.#count}`;
    const meta = { id, source: `orchestrator/agent/${agentId}`, now: this.world.date };
    this.world.append([newEvent(type, { agentId } as Whose<T>, data, meta)]);
    return id;
  }

  /** The agent calls a tool. */
  call(agentId: string, tool: string, verb: string, input: object = {}): string {
    this.#count += 1;
    const id = `${agentId}_call-${this.#count}`;
    const type = `tool.${tool}.${verb}`;
    const subject = `agents.${agentId}.${type}`;
    const source = `orchestrator/agent/${agentId}`;
    const event = { id, source, time: this.world.date.toISOString(), type, subject, data: input };
    // A call as an agent makes it, whatever its tool takes.
    this.world.append([event as unknown as NewEvent]);
    return id;
  }

  /** The next step of an agent is taken; undefined where nothing is to be done. */
  step(agentId: string, { traits = QUEUE, told = {}, ...known }: Outside = {}): Step | undefined {
    const state = this.state(agentId);
    const step = nextStep(state, traits, known);
    if (step === undefined) return undefined;
    // What is told of a step stands under its name.
    const outcome = (told[step.do] ?? this.#told(step, state)) as Told;
    this.append(eventsOfStep(state, step, outcome, this.#context));
    return step;
  }

  /** All steps until there is nothing but to wait. */
  settle(agentId: string, outside: Outside = {}): void {
    while (this.step(agentId, outside) !== undefined);
  }

  #told(step: Step, state: AgentState): Told {
    switch (step.do) {
      case 'start':
        return { runtime: 'local' };
      case 'launch':
        return { pid: 42 };
      case 'extend':
        return { expiresAt: step.expiresAt };
      case 'extend-from-now':
        return { expiresAt: new Date(this.world.now + step.ttlMs).toISOString() };
      case 'deliver':
        return { bytes: 5 };
      case 'snapshot':
        return { commit: 'c'.repeat(40), files: 1, insertions: 3, deletions: 1 };
      case 'undo':
        return { files: 2 };
      case 'resume':
        return { runtime: 'local', place: 'place-here', memory: 'digest' };
      case 'call':
        return outcomeOfCall(step.call, state, this.world);
      case 'write-file':
        return {};
      default:
        return true;
    }
  }

  /** What something outside leads to is stated of an agent. */
  outside(agentId: string, events: (state: LiveAgent, context: EventContext) => NewEvent[]): void {
    this.append(events(this.live(agentId), this.#context));
  }

  /** The same of an agent in whatever phase. */
  ofAny(agentId: string, events: (state: AgentState, context: EventContext) => NewEvent[]): void {
    this.append(events(this.state(agentId), this.#context));
  }

  /** Of the job that was requested last. */
  get lastJob(): OpenJob {
    const job = [...this.world.system.jobs.values()].at(-1);
    if (job === undefined || !isOpen(job)) throw new Error('no job is open');
    return job;
  }

  job(events: (job: OpenJob, now: Date) => NewEvent[], of: JobState = this.lastJob): void {
    const job = this.world.system.jobs.get(of.jobId);
    if (job === undefined || !isOpen(job)) throw new Error(`${of.jobId} is over`);
    this.append(events(job, this.world.date));
  }

  append(events: readonly NewEvent[]): void {
    if (events.length === 0) throw new Error('nothing is stated');
    this.world.append(events);
  }
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is nothing to choose from');
  return one;
}
