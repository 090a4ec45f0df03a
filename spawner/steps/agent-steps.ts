import { type AgentState, isLive, type LiveAgent } from '../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../core/domain/agent/agent-traits.ts';
import { eventsOfStep, type Told } from '../../core/domain/agent/events-of-step.ts';
import { nextStep, type Step } from '../../core/domain/agent/next-step.ts';
import { goneEvents, stoppingEvents } from '../../core/domain/agent/run/run-end-events.ts';
import { pausedEvents } from '../../core/domain/agent/run/run-events.ts';
import { smallerEvents } from '../../core/domain/agent/smaller-events.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { type AgentAppender, NeverStored } from '../agent-appender.ts';
import type { WorkerDependencies } from '../worker-dependencies.ts';
import { CommandSteps } from './command-steps.ts';
import { OwnAgent } from './own-agent.ts';
import { RunSteps } from './run-steps.ts';
import type { StepEffects } from './step-effects.ts';
import { TurnSteps } from './turn-steps.ts';

/** How one step is taken for an agent that is this spawner's: on its process, and then in the log. */
export class AgentSteps {
  readonly #agent: OwnAgent;
  readonly #appender: AgentAppender;
  readonly #run: RunSteps;
  readonly #turn: TurnSteps;
  readonly #command: CommandSteps;
  readonly #effects: StepEffects<Step>;

  /** @param wake has the agent looked at again */
  constructor(
    agentId: string,
    deps: WorkerDependencies,
    appender: AgentAppender,
    signal: AbortSignal,
    wake: () => void,
  ) {
    this.#agent = new OwnAgent(agentId, deps, signal, wake);
    this.#appender = appender;
    this.#run = new RunSteps(this.#agent);
    this.#turn = new TurnSteps(this.#agent);
    this.#command = new CommandSteps(this.#agent);
    this.#effects = { ...this.#run.effects, ...this.#turn.effects, ...this.#command.effects };
  }

  /** Has its process ended, and is the last of its log stored? */
  get hasEnded(): boolean {
    return this.#agent.attachment?.end !== undefined;
  }

  /** Lets go of the process, which lives on. */
  letGo(): Promise<void> {
    return this.#agent.letGo();
  }

  /** The next step, and what the log is told of it. False where there is nothing to do but to wait. */
  async take(state: AgentState, traits: AgentTraits): Promise<boolean> {
    const end = this.#agent.attachment?.end;
    const step = nextStep(state, traits, {
      end,
      awaitsReady: this.#run.awaitsReady,
      ended: end ? undefined : this.#command.runs.next(state),
      isAwaited: (sequence) => this.#turn.isAwaited(sequence),
    });
    return step !== undefined && this.#perform(step, state);
  }

  async #perform(step: Step, state: AgentState): Promise<boolean> {
    // Each effect stands under the name of the steps that it takes.
    const effect = this.#effects[step.do] as (
      step: Step,
      state: AgentState,
    ) => Promise<Told | undefined>;
    const told = await effect(step, state);
    if (told === undefined) return false;
    const events = eventsOfStep(state, step, told, this.#agent.context);
    if (events.length === 0) return false;
    try {
      return await this.#append(events, step, state);
    } catch (error) {
      if (!(error instanceof NeverStored)) throw error;
      const smaller = smallerEvents(state, step, error.message, this.#agent.context);
      if (smaller.length === 0) throw error;
      return this.#append(smaller, step, state);
    }
  }

  #append(events: NewEvent[], step: Step, state: AgentState): Promise<boolean> {
    return step.do === 'call' && !isLive(state)
      ? this.#appender.appendResult(events)
      : this.#appender.append(events);
  }

  /** Finds the process of a live run again; says so in the log when it is gone. */
  async attached(state: LiveAgent): Promise<boolean> {
    const agent = this.#agent;
    if (agent.attachment || state.phase === 'starting') return true;
    const { processes } = agent.deps;
    const process = await processes.attach(agent.agentId, state.run);
    if (process) {
      agent.watch(process);
      return true;
    }
    await this.#appender.hear();
    if (agent.state !== state) return false;
    const left = await processes.endRest(agent.agentId, state.run);
    const reason = 'its process was gone when the spawner came back';
    await this.#appender.append(goneEvents(state, reason, agent.context, left));
    return false;
  }

  /** Freezes it until the next message. */
  async freeze(state: LiveAgent): Promise<boolean> {
    if (!(await this.#agent.process?.pause())) return false;
    return this.#appender.append(pausedEvents(state, this.#agent.context));
  }

  /** Takes the graceful end on from the step at which the log has it, in the background. */
  stop(state: LiveAgent & { phase: 'stopping' }): void {
    const stated = (step: 'sigterm' | 'sigkill') => this.#stateStopping(step);
    this.#agent.attachment?.stop(state.step, this.#agent.deps.stopGraceMs, stated);
  }

  async #stateStopping(step: 'sigterm' | 'sigkill'): Promise<void> {
    const { state, context } = this.#agent;
    if (state?.phase !== 'stopping') return;
    await this.#appender.append(stoppingEvents(state, state.reason, step, context));
  }
}
