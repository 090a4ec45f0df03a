import type { EventContext } from '../core/domain/agent/agent-event.ts';
import { type AgentState, isLive, type LiveAgent } from '../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../core/domain/agent/agent-traits.ts';
import { isIdle } from '../core/domain/agent/claim.ts';
import { lostEvents } from '../core/domain/agent/run/run-end-events.ts';
import { releasedEvents, takeoverEvents } from '../core/domain/agent/run/run-events.ts';
import { BackOff, isWorthSaying, NEAR } from '../platform/async/back-off.ts';
import { WakeLoop } from '../platform/async/wake-loop.ts';
import { AgentAppender, DecidedAgain } from './agent-appender.ts';
import { AgentMute } from './agent-mute.ts';
import { causesOfTurn } from './causes-of-turn.ts';
import { IdlePause } from './idle-pause.ts';
import { NotOwner } from './ownership/owned-process.ts';
import { recalled } from './recall.ts';
import { AgentSteps } from './steps/agent-steps.ts';
import type { WorkerDependencies } from './worker-dependencies.ts';

/** For a kind that this version does not know: its commands still get their outcomes. */
const PLAIN_TRAITS: AgentTraits = { whileBusy: 'queue', endOfTurn: 'response' };

/**
 * Does for one agent what the log says is next, one step after the other, where the agent is this
 * spawner's: the only place where an agent is acted on. It keeps nothing that the log does not hold
 * but the process that it is attached to; killed at any point, the next spawner's worker goes on
 * from the same state.
 */
export class AgentWorker {
  readonly agentId: string;
  readonly #deps: WorkerDependencies;
  readonly #signal: AbortSignal;
  readonly #appender: AgentAppender;
  #placing = false;
  #retired = false;
  readonly #steps: AgentSteps;
  readonly #pause: IdlePause;
  readonly #mute: AgentMute;
  readonly #loop: WakeLoop;
  readonly #backOff = new BackOff(NEAR);
  /** The state on which the same was decided again: nothing is done on it any more. */
  #stuck: AgentState | undefined;

  constructor(agentId: string, deps: WorkerDependencies, signal: AbortSignal) {
    this.agentId = agentId;
    this.#deps = deps;
    this.#pause = new IdlePause(deps.pauseAfterMs, () => this.wake());
    this.#signal = signal;
    this.#loop = new WakeLoop(() => this.#look(), signal);
    this.#appender = new AgentAppender(agentId, deps, signal);
    this.#mute = new AgentMute(deps, this.#appender, () => this.wake());
    this.#steps = new AgentSteps(agentId, deps, this.#appender, signal, () => this.wake());
  }

  /** Looks again at what is next. Cheap, and safe to call at any time. */
  wake(): void {
    if (!this.#retired) this.#loop.wake();
  }

  /** From here on it does nothing, whatever wakes it: another one may be there. False while it works. */
  retire(): boolean {
    this.#retired ||= !this.#loop.isRunning;
    return this.#retired;
  }

  /** This spawner was handed the agent's `create`: it is to become the owner, if nobody is yet. */
  place(): void {
    this.#placing = true;
    this.wake();
  }

  /** Resolves when the step in hand is done. */
  idle(): Promise<void> {
    return this.#loop.idle();
  }

  get #state(): AgentState | undefined {
    return this.#deps.follower.state.agents.get(this.agentId);
  }

  get #context(): EventContext {
    return { now: this.#deps.clock(), ...this.#deps.ownership.self };
  }

  /** Takes every step that is to be taken now. Never rejects. */
  async #look(): Promise<void> {
    try {
      while (!this.#signal.aborted && (await this.#advance())) this.#backOff.reset();
    } catch (error) {
      if (this.#signal.aborted) return;
      if (error instanceof DecidedAgain) this.#stop(error);
      else await this.#tryAgain(error);
    }
  }

  async #tryAgain(error: unknown): Promise<void> {
    const about = { agentId: this.agentId, ...causesOfTurn(this.#state) };
    const { logger } = this.#deps;
    const wait = this.#backOff.wait(this.#signal);
    if (error instanceof NotOwner) logger.warn(about, error.message);
    else if (isWorthSaying(this.#backOff.failures)) {
      logger.error({ err: error, ...about }, 'step failed, trying again');
    }
    if (await wait) this.wake();
  }

  /** Looked at again when the state is another. */
  #stop(error: DecidedAgain): void {
    const about = { agentId: this.agentId, ...causesOfTurn(this.#state) };
    this.#deps.logger.error({ err: error, ...about }, 'a bug: decided again');
    this.#deps.stuck.isStuck(this.agentId, error.message);
    this.#stuck = this.#state;
  }

  #isStuck(state: AgentState): boolean {
    if (this.#stuck === undefined || this.#stuck === state) return this.#stuck === state;
    this.#stuck = undefined;
    this.#deps.stuck.goesOn(this.agentId);
    return false;
  }

  /** One step; false when there is nothing to do but to wait. */
  async #advance(): Promise<boolean> {
    const folded = this.#state;
    const { ownership, log } = this.#deps;
    // Woken again when the lease is held again.
    if (folded === undefined || this.#isStuck(folded) || !ownership.held) return false;
    const places = this.#placing && folded.phase === 'requested';
    // Only who is to place it has to know whether its id is new.
    const isAsked = places || folded.phase === 'unknown';
    const state = isAsked ? await recalled(folded, log, this.#signal) : folded;
    if (folded !== this.#state) return true;
    switch (places ? 'act' : ownership.claim(state)) {
      case 'act':
        return this.#act(state);
      case 'take':
        return isLive(state) && this.#take(state);
      case 'give-up':
        return isLive(state) && this.#giveUp(state);
      case 'leave':
        this.#deps.files.remove(this.agentId);
        await this.#steps.letGo();
        return false;
    }
  }

  async #act(state: AgentState): Promise<boolean> {
    if (isLive(state)) {
      if (!(await this.#steps.attached(state))) return true;
      if (this.#steps.hasEnded) return this.#end(state);
      const settled = this.#mute.settle(state, this.#context);
      if (settled) return settled;
    } else {
      await this.#leaveBehind(state);
    }
    if (await this.#steps.take(state, this.#traits(state))) return true;
    if (state.phase === 'stopping') this.#steps.stop(state);
    if (!isIdle(state) || !isLive(state)) return false;
    if (this.#deps.ownership.mustRelease(state)) return this.#release(state);
    return this.#pause.isDue(state, this.#deps.clock()) && this.#steps.freeze(state);
  }

  /** The end of its process, after its last word. */
  async #end(state: LiveAgent): Promise<boolean> {
    await this.#appender.hear();
    if (this.#state !== state) return true;
    return this.#steps.take(state, this.#traits(state));
  }

  /** What is kept of a process that is no more. */
  async #leaveBehind(state: AgentState): Promise<void> {
    this.#deps.files.remove(this.agentId);
    if (state.phase !== 'ended') return;
    const { end, lastRun } = state;
    // Given up by another: what still runs of it is ended as a whole (lost-runs.ts).
    if (end.how !== 'lost' && lastRun) await this.#deps.processes.tidy(this.agentId, lastRun);
    await this.#steps.letGo();
  }

  /** From here on an earlier owner is refused. Only what the server confirms may take. */
  async #take(state: LiveAgent): Promise<boolean> {
    if (!(await this.#deps.ownership.confirm())) return false;
    const { agentId } = this;
    const { node, epoch } = state.run;
    this.#deps.logger.info({ agentId, from: node, epoch: epoch + 1 }, 'taking the agent');
    return this.#appender.append(takeoverEvents(state, this.#context));
  }

  async #giveUp(state: LiveAgent): Promise<boolean> {
    if (!(await this.#deps.ownership.confirm())) return false;
    await this.#appender.hear();
    if (this.#state !== state) return true;
    const reason = `its node ${state.run.node} is gone, and nobody else can reach its process`;
    return this.#appender.append(lostEvents(state, reason, this.#context));
  }

  /** Idle, and its node is to be empty: what comes for it now waits for the next owner. */
  async #release(state: LiveAgent): Promise<boolean> {
    return this.#appender.append(releasedEvents(state, 'drain', this.#context));
  }

  #traits(state: AgentState): AgentTraits {
    const { factories, lastWords, maxQueue } = this.#deps;
    const kind = state.phase === 'unknown' ? undefined : factories.get(state.kind);
    return { ...(kind?.traits ?? PLAIN_TRAITS), lastWords, maxQueue };
  }
}
