import { type AgentState, isLive, unknownAgent } from '../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../core/domain/agent/agent-traits.ts';
import { overflowedBy } from '../../core/domain/agent/command/overflow.ts';
import { eventsOfStep, type Told } from '../../core/domain/agent/events-of-step.ts';
import { evolveAgent } from '../../core/domain/agent/evolve-agent.ts';
import { nextStep, type Step } from '../../core/domain/agent/next-step.ts';
import { goneEvents, type ProcessEnd } from '../../core/domain/agent/run/run-end-events.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { AGENT } from './decider.ts';
import { frozen } from './frozen.ts';

/** More steps than any finite amount of work needs: beyond it the worker goes round in circles. */
const MAX_STEPS = 1_000;

/**
 * An agent's whole world without a server, a process or a clock: a log, the schedules that wait, a
 * process that does what it is told to. Which step follows, and what is stated once it is done, is the
 * spawner's own code.
 */
export class SimulatedAgent {
  state: AgentState = frozen<AgentState>(unknownAgent(AGENT));
  readonly log: StoredEvent[] = [];
  now = Date.parse('2026-01-04T15:00:00.000Z');
  /** What the process found on its stdin. */
  readonly stdin: string[] = [];
  /** Of the process: undefined while it runs or before it was launched. */
  end: ProcessEnd | undefined;
  launches = true;
  readonly traits: AgentTraits;
  readonly #awaited = new Set<number>();
  readonly #schedules = new Map<string, { at: number; event: NewEvent }>();

  constructor(traits: AgentTraits) {
    this.traits = traits;
  }

  get #context() {
    return { now: new Date(this.now), node: 'node-test' };
  }

  /** Somebody states something: a person a command, the agent a response. */
  happen<T extends EventType>(type: T, data: DataOf<T>, id: string): void {
    const subject = `agents.${AGENT}.${type}`;
    const time = new Date(this.now).toISOString();
    // The data was typed by the type just above.
    this.#append([{ id, type, subject, source: 'test', time, data } as NewEvent]);
  }

  /** Time goes by; what was scheduled happens in between, and is worked on at once. */
  pass(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#schedules].filter(([, { at }]) => at <= until);
      const [first] = due.sort(([, a], [, b]) => a.at - b.at);
      if (first === undefined) break;
      const [subject, { at, event }] = first;
      this.#schedules.delete(subject);
      this.now = Math.max(this.now, at);
      const { schedule, ...fired } = event;
      this.#append([{ ...fired, subject: schedule?.target ?? '' }]);
      this.settle();
    }
    this.now = until;
  }

  /** The spawner comes back and finds no process. */
  lose(): void {
    if (isLive(this.state) && this.state.phase !== 'starting' && this.end === undefined) {
      this.#append(goneEvents(this.state, 'gone', this.#context));
    }
  }

  /** Does at most `steps` of what is next. */
  work(steps: number): void {
    for (let done = 0; done < steps && this.#advance(); done += 1);
  }

  /** Does everything that is to be done now. */
  settle(): void {
    for (let done = 0; this.#advance(); done += 1) {
      if (done > MAX_STEPS) throw new Error(`no end of steps in ${JSON.stringify(this.state)}`);
    }
  }

  #advance(): boolean {
    const { state } = this;
    // By now a spawner has closed its stdin.
    if (state.phase === 'stopping') this.end ??= { code: 0, signal: null };
    const [command] = state.phase === 'unknown' ? [] : (state.running ?? []);
    const step = nextStep(state, this.traits, {
      end: this.end,
      ended: command && {
        commandId: command.commandId,
        outcome: { exitCode: 0, output: command.commandLine, error: '' },
      },
      isAwaited: (sequence) => this.#awaited.has(sequence),
    });
    return step !== undefined && this.#append(this.#perform(step, state));
  }

  #perform(step: Step, state: AgentState): NewEvent[] {
    switch (step.do) {
      case 'start':
        return this.#done(step, state, { runtime: 'local' });
      case 'launch':
        return this.#done(step, state, this.launches ? { pid: 42 } : { failed: 'no bash' });
      case 'extend':
        return this.#done(step, state, { expiresAt: step.expiresAt });
      case 'extend-from-now':
        return this.#done(step, state, {
          expiresAt: new Date(this.now + step.ttlMs).toISOString(),
        });
      case 'resume':
        this.end = undefined;
        return this.#done(step, state, { runtime: 'local', place: 'here', memory: 'session' });
      case 'deliver':
        this.stdin.push(step.message.commandId);
        return this.#done(step, state, { bytes: 1 });
      case 'call':
        return this.#done(step, state, { effects: [], outcome: { ok: true, value: null } });
      case 'write-file':
        return this.#done(step, state, {});
      case 'refuse-overflow': {
        const commands = this.log.flatMap(
          (event) => overflowedBy(state, step.overflow, event) ?? [],
        );
        return this.#done(step, state, { commands });
      }
      case 'await-answer':
        this.#awaited.add(step.question.sequence);
        return this.#done(step, state, true);
      default:
        return this.#done(step, state, true);
    }
  }

  #done<S extends Step>(step: S, state: AgentState, told: Told<S['do']>): NewEvent[] {
    const events = eventsOfStep(state, step, told, this.#context);
    if (events.length === 0) throw new Error(`the step ${step.do} states nothing`);
    return events;
  }

  #append(events: NewEvent[]): true {
    for (const event of events) {
      if (event.schedule) {
        const at = Math.ceil(event.schedule.at.getTime() / 1_000) * 1_000;
        this.#schedules.set(event.subject, { at, event });
        continue;
      }
      const stored = frozen({ ...event, sequence: this.log.length + 1 });
      this.log.push(stored);
      if (stored.subject.startsWith('agents.'))
        this.state = frozen(evolveAgent(this.state, stored));
    }
    return true;
  }
}
