import {
  type AgentState,
  isLive,
  type LiveAgent,
  unknownAgent,
} from '../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../core/domain/agent/agent-traits.ts';
import {
  commandRunEvents,
  commandStartedEvents,
  fileWrittenEvents,
  rejectEvents,
} from '../../core/domain/agent/command/command-events.ts';
import { evolveAgent } from '../../core/domain/agent/evolve-agent.ts';
import { nextStep, type Step } from '../../core/domain/agent/next-step.ts';
import {
  endedEvents,
  lostEvents,
  type ProcessEnd,
  startFailedEvents,
  stoppingEvents,
} from '../../core/domain/agent/run/run-end-events.ts';
import {
  deletedEvents,
  extendedEvents,
  readyEvents,
  startEvents,
} from '../../core/domain/agent/run/run-events.ts';
import {
  awaitAnswerEvents,
  closeQuestionEvents,
} from '../../core/domain/agent/turn/question-events.ts';
import {
  deliveredEvents,
  endTurnEvents,
  failTurnEvents,
  interruptedEvents,
  nudgedEvents,
  openTurnEvents,
} from '../../core/domain/agent/turn/turn-events.ts';
import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import type { DataOf, EventType } from '../../schemas/event-catalogue.ts';
import { AGENT } from './decider.ts';
import { frozen } from './frozen.ts';

/** More steps than any finite amount of work needs: beyond it the worker goes round in circles. */
const MAX_STEPS = 1_000;

/**
 * An agent's whole world without a server, a process or a clock: a log, the schedules that wait, a
 * process that does what it is told to, and the worker that does what `nextStep` says.
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
  readonly #traits: AgentTraits;
  readonly #awaited = new Set<number>();
  readonly #schedules = new Map<string, { at: number; event: NewEvent }>();

  constructor(traits: AgentTraits) {
    this.#traits = traits;
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
      this.#append(
        this.state.phase === 'stopping'
          ? endedEvents(this.state, { code: null, signal: null }, this.#context)
          : lostEvents(this.state, 'gone', this.#context),
      );
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
    if (isLive(state) && this.end !== undefined) {
      this.#append(endedEvents(state, this.end, this.#context));
      return true;
    }
    const [call] = state.calls;
    if (call) {
      this.happen('result', { ok: true, callId: call.callId, value: null }, `r:${call.callId}`);
      return true;
    }
    const [command] = state.phase === 'unknown' ? [] : (state.running ?? []);
    if (command) {
      const outcome = { exitCode: 0, output: command.commandLine, error: '' };
      return this.#append(commandRunEvents(state, command.commandId, outcome, this.#context));
    }
    const fresh = isLive(state)
      ? state.questions?.find(({ sequence }) => !this.#awaited.has(sequence))
      : undefined;
    if (isLive(state) && fresh) {
      this.#awaited.add(fresh.sequence);
      return this.#append(awaitAnswerEvents(state, fresh, this.#context));
    }
    if (state.phase === 'stopping') {
      this.end = { code: 0, signal: null };
      return true;
    }
    const step = nextStep(state, this.#traits);
    return step !== undefined && this.#perform(step, state);
  }

  #perform(step: Step, state: AgentState): boolean {
    const context = this.#context;
    if (step.do === 'reject') {
      return this.#append(rejectEvents(state, step.commandId, step.code, context));
    }
    if (step.do === 'delete') return this.#append(deletedEvents(state, step.commandId, context));
    if (step.do === 'start') {
      return state.phase === 'requested' && this.#append(startEvents(state, 'local', context));
    }
    return isLive(state) && this.#performLive(step, state);
  }

  #performLive(
    step: Exclude<Step, { do: 'reject' | 'delete' | 'start' }>,
    state: LiveAgent,
  ): boolean {
    const context = this.#context;
    switch (step.do) {
      case 'launch':
        return this.#append(
          this.launches
            ? readyEvents(state, 42, context)
            : startFailedEvents(state, state.run.runId, 'no bash', context),
        );
      case 'stop':
        return this.#append(stoppingEvents(state, step.reason, 'stdin-closed', context));
      case 'interrupt':
        return this.#append(interruptedEvents(state, step.commandId, context));
      case 'extend':
        return this.#append(extendedEvents(state, step.expiresAt, step.commandId, context));
      case 'extend-from-now': {
        const expiresAt = new Date(this.now + step.ttlMs).toISOString();
        return this.#append(extendedEvents(state, expiresAt, step.commandId, context));
      }
      case 'run':
        return this.#append(commandStartedEvents(state, step.command.commandId, context));
      case 'write-file':
        return this.#append(fileWrittenEvents(state, step.file, context));
      case 'open-turn':
        return (
          state.phase === 'ready' && this.#append(openTurnEvents(state, step.message, context))
        );
      case 'deliver':
        this.stdin.push(step.message.commandId);
        return this.#append(deliveredEvents(state, step.message, step.turnId, 1, context));
      case 'end-turn':
        return this.#append(endTurnEvents(state, step.turn, context));
      case 'nudge':
        return this.#append(nudgedEvents(state, step.turn, context));
      case 'fail-turn':
        return this.#append(failTurnEvents(state, step.turn, step.code, context, step.detail));
      case 'close-question':
        return (
          state.phase === 'ready' &&
          this.#append(closeQuestionEvents(state, step.question, context))
        );
    }
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
