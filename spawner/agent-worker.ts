import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type AgentState, isLive, type LiveAgent } from '../core/domain/agent/agent-state.ts';
import {
  type DecisionContext,
  decideDeleted,
  decideDelivered,
  decideEnded,
  decideEndTurn,
  decideExtended,
  decideFailTurn,
  decideInterrupted,
  decideLost,
  decideNudged,
  decideOpenTurn,
  decideReady,
  decideReject,
  decideStart,
  decideStartFailed,
  decideStopping,
  type ProcessEnd,
} from '../core/domain/agent/decide-agent.ts';
import { type AgentTraits, nextStep, type Step } from '../core/domain/agent/next-step.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { NewEvent } from '../schemas/event.ts';
import { agentFilter } from '../schemas/subjects.ts';
import type { AgentFactories } from './agents/agent-factories.ts';
import type { LogCollector } from './log-collector.ts';
import type { ProcessManager } from './process-manager.ts';
import { type ReadinessProbe, untilReady } from './readiness.ts';
import type { AgentProcess } from './runtime/runtime.ts';
import { stopGracefully } from './stop-gracefully.ts';
import { handleToolCall } from './tool-handlers.ts';

export interface WorkerDependencies {
  log: EventLog;
  follower: SystemFollower;
  processes: ProcessManager;
  collector: LogCollector;
  factories: AgentFactories;
  logger: Logger;
  node: string;
  allowedTools: readonly string[] | undefined;
  stopGraceMs: number;
  clock: () => Date;
}

const RETRY_MS = 250;

/** For a kind that this version does not know: its commands still get their outcomes. */
const PLAIN_TRAITS: AgentTraits = { whileBusy: 'queue', endOfTurn: 'response' };

const REMINDER =
  'You ended your turn without a word to the user, who sees nothing of your output. ' +
  'Answer now with: orchestrator answer "<your answer>"';

/**
 * Does for one agent what the log says is next, one step after the other: the only place where an
 * agent is acted on. It keeps nothing that the log does not hold but the process that it is
 * attached to; killed at any point, the next spawner's worker goes on from the same state.
 */
export class AgentWorker {
  readonly agentId: string;
  readonly #deps: WorkerDependencies;
  readonly #signal: AbortSignal;
  #process: AgentProcess | undefined;
  #end: ProcessEnd | undefined;
  #stopping = false;
  #wakes = 0;
  #loop: Promise<void> | undefined;

  constructor(agentId: string, deps: WorkerDependencies, signal: AbortSignal) {
    this.agentId = agentId;
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Looks again at what is next. Cheap, and safe to call at any time. */
  wake(): void {
    this.#wakes += 1;
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  /** Resolves when the step in hand is done. */
  async idle(): Promise<void> {
    await this.#loop;
  }

  get #state(): AgentState | undefined {
    return this.#deps.follower.state.agents.get(this.agentId);
  }

  get #context(): DecisionContext {
    return { now: this.#deps.clock(), node: this.#deps.node };
  }

  async #run(): Promise<void> {
    let seen = -1;
    while (!this.#signal.aborted && seen !== this.#wakes) {
      seen = this.#wakes;
      try {
        while (!this.#signal.aborted && (await this.#advance()));
      } catch (error) {
        if (this.#signal.aborted) return;
        this.#deps.logger.error({ err: error, agentId: this.agentId }, 'step failed, trying again');
        await delay(RETRY_MS, undefined, { signal: this.#signal }).catch(() => undefined);
        this.#wakes += 1;
      }
    }
  }

  /** One step; false when there is nothing to do but to wait. */
  async #advance(): Promise<boolean> {
    const state = this.#state;
    if (state === undefined) return false;
    if (isLive(state)) {
      if (!(await this.#attached(state))) return true;
      if (this.#end) return this.#append(decideEnded(state, this.#end, this.#context));
    }
    const [call] = state.calls;
    if (call) {
      const { follower, allowedTools } = this.#deps;
      const context = { now: this.#context.now, allowedTools };
      return this.#appendResult(handleToolCall(call, state, follower.state, context));
    }
    if (state.phase === 'stopping') this.#stop(state);
    const step = nextStep(state, this.#traits(state));
    return step ? this.#perform(step, state) : false;
  }

  #traits(state: AgentState): AgentTraits {
    if (state.phase === 'unknown') return PLAIN_TRAITS;
    return this.#deps.factories.get(state.kind)?.traits ?? PLAIN_TRAITS;
  }

  /** Finds the process of a live run again; says so in the log when it is gone. */
  async #attached(state: LiveAgent): Promise<boolean> {
    if (this.#process || this.#end || state.phase === 'starting') return true;
    const process = await this.#deps.processes.attach(this.agentId, state.run);
    if (process) {
      this.#watch(process);
      return true;
    }
    const reason = 'its process was gone when the spawner came back';
    await this.#append(
      state.phase === 'stopping'
        ? decideEnded(state, { code: null, signal: null }, this.#context)
        : decideLost(state, reason, this.#context),
    );
    return false;
  }

  /** Collects its logs; its end is stated after the last of them is stored. */
  #watch(process: AgentProcess): void {
    this.#process = process;
    const collected = this.#deps.collector.collect(process, this.#signal);
    Promise.all([process.exited, collected]).then(
      ([end]) => {
        this.#end = end;
        this.wake();
      },
      (error: unknown) => {
        if (this.#signal.aborted) return;
        this.#deps.logger.error({ err: error, agentId: this.agentId }, 'log collection failed');
        this.#watch(process);
      },
    );
  }

  async #perform(step: Step, state: AgentState): Promise<boolean> {
    switch (step.do) {
      case 'reject':
        return this.#append(decideReject(state, step.commandId, step.code, this.#context));
      case 'start':
        return this.#start(state);
      case 'delete':
        await this.#deps.processes.forget(this.agentId);
        return this.#append(decideDeleted(state, step.commandId, this.#context));
      default:
        return isLive(state) ? this.#performLive(step, state) : false;
    }
  }

  async #performLive(
    step: Exclude<Step, { do: 'reject' | 'start' | 'delete' }>,
    state: LiveAgent,
  ): Promise<boolean> {
    const context = this.#context;
    switch (step.do) {
      case 'launch':
        return this.#launch(state);
      case 'stop':
        return this.#append(decideStopping(state, step.reason, 'stdin-closed', context));
      case 'interrupt':
        await this.#process?.signal('SIGINT');
        return this.#append(decideInterrupted(state, step.commandId, context));
      case 'extend':
        return this.#extend(state, new Date(step.expiresAt), step.commandId);
      case 'extend-from-now': {
        const expiresAt = new Date(context.now.getTime() + step.ttlMs);
        return this.#extend(state, expiresAt, step.commandId);
      }
      case 'open-turn':
        return state.phase === 'ready'
          ? this.#append(decideOpenTurn(state, step.message, context))
          : false;
      case 'deliver':
        return this.#deliver(state, step);
      case 'end-turn':
        return this.#append(decideEndTurn(state, step.turn, context));
      case 'nudge':
        return this.#nudge(state, step);
      case 'fail-turn':
        return this.#append(decideFailTurn(state, step.turn, step.code, context));
    }
  }

  async #start(state: AgentState): Promise<boolean> {
    if (state.phase !== 'requested') return false;
    return this.#append(decideStart(state, this.#deps.processes.runtimeName, this.#context));
  }

  /** The run stands in the log; its process is started, or found where an earlier try started it. */
  async #launch(state: LiveAgent): Promise<boolean> {
    const factory = this.#deps.factories.get(state.kind);
    if (factory === undefined) {
      return this.#startFailed(state, `this version has no kind ${JSON.stringify(state.kind)}`);
    }
    const result = await this.#deps.processes.start(state, factory);
    if (!result.ok) return this.#startFailed(state, result.reason);
    this.#watch(result.process);
    const probe: ReadinessProbe = factory.readinessProbe();
    const problem = await untilReady(probe, this.#signal);
    if (problem !== undefined) return this.#startFailed(state, problem);
    return this.#append(decideReady(state, result.process.pid, this.#context));
  }

  #startFailed(state: LiveAgent, reason: string): Promise<boolean> {
    return this.#append(decideStartFailed(state, state.run.runId, reason, this.#context));
  }

  async #extend(state: LiveAgent, expiresAt: Date, commandId?: string): Promise<boolean> {
    await this.#deps.processes.extend(state, expiresAt);
    return this.#append(decideExtended(state, expiresAt.toISOString(), commandId, this.#context));
  }

  async #deliver(state: LiveAgent, step: Step & { do: 'deliver' }): Promise<boolean> {
    const { message, turnId } = step;
    const bytes = this.#format(state, message.text);
    const written = await this.#process?.write(message.commandId, bytes);
    // Gone: its end is on the way, and states what becomes of the message.
    if (written === undefined || written === 'gone') return false;
    return this.#append(decideDelivered(state, message, turnId, bytes.byteLength, this.#context));
  }

  async #nudge(state: LiveAgent, step: Step & { do: 'nudge' }): Promise<boolean> {
    const { turn } = step;
    const bytes = this.#format(state, REMINDER);
    const written = await this.#process?.write(`nudge-${turn.turnId}`, bytes);
    if (written === undefined || written === 'gone') return false;
    return this.#append(decideNudged(state, turn, this.#context));
  }

  #format(state: LiveAgent, text: string): Uint8Array {
    const factory = this.#deps.factories.get(state.kind);
    return factory?.formatMessageForStdin(text) ?? Buffer.from(`${text}\n`);
  }

  /** Takes the graceful end on from the step at which the log has it, in the background. */
  #stop(state: LiveAgent & { phase: 'stopping' }): void {
    const process = this.#process;
    if (this.#stopping || process === undefined) return;
    this.#stopping = true;
    const stated = (step: 'sigterm' | 'sigkill') => this.#stateStopping(step);
    stopGracefully(process, state.step, this.#deps.stopGraceMs, stated, this.#signal).catch(
      (error: unknown) => {
        this.#stopping = false;
        if (this.#signal.aborted) return;
        this.#deps.logger.error({ err: error, agentId: this.agentId }, 'stopping failed');
        this.wake();
      },
    );
  }

  async #stateStopping(step: 'sigterm' | 'sigkill'): Promise<void> {
    const state = this.#state;
    if (state?.phase !== 'stopping') return;
    await this.#append(decideStopping(state, state.reason, step, this.#context));
  }

  /** Appends what was decided on the state as folded; true, for the state is another now. */
  async #append(events: NewEvent[]): Promise<boolean> {
    const { follower } = this.#deps;
    const filter = agentFilter(this.agentId, 'process');
    const sequence = follower.state.fences.get(this.agentId) ?? 0;
    return this.#settled(await this.#deps.log.append(events, { expect: { filter, sequence } }));
  }

  /** The result's own subject is expected to be empty: a call has one result, for ever. */
  async #appendResult(events: NewEvent[]): Promise<boolean> {
    const filter = events.at(-1)?.subject ?? '';
    return this.#settled(await this.#deps.log.append(events, { expect: { filter, sequence: 0 } }));
  }

  async #settled(result: Awaited<ReturnType<EventLog['append']>>): Promise<boolean> {
    const { follower, log, logger } = this.#deps;
    if (result.ok && !result.duplicate) {
      await follower.folded(result.sequence, this.#signal);
      return true;
    }
    const why = result.ok ? 'stored before' : result.error;
    logger.warn({ agentId: this.agentId, why }, 'not appended, looking again');
    const last = await log.last('EVENTS', agentFilter(this.agentId));
    if (last && last.sequence > follower.sequence) {
      await follower.folded(last.sequence, this.#signal);
    } else {
      await delay(RETRY_MS, undefined, { signal: this.#signal });
    }
    return true;
  }
}
