import type { ProcessFile } from '../../agents/process-file.ts';
import {
  type AgentState,
  type EndedAgent,
  isLive,
  type LiveAgent,
  placeOf,
  type RequestedAgent,
  type Rewound,
  type Run,
} from '../../core/domain/agent/agent-state.ts';
import type { Told } from '../../core/domain/agent/events-of-step.ts';
import type { RunStep } from '../../core/domain/agent/run/next-run-step.ts';
import type { ForkMemory } from '../../core/domain/agent/run/run-events.ts';
import { startTimer } from '../../platform/async/timer.ts';
import { SESSION_ID_FILE } from '../../platform/export/session-folders.ts';
import type { LeftBehind } from '../../schemas/events/process.ts';
import { endOf } from '../end-of.ts';
import type { ForkWanted } from '../fork-sessions.ts';
import { type ReadinessProbe, untilReady } from '../readiness.ts';
import type { AgentProcess } from '../runtime/runtime.ts';
import type { OwnAgent } from './own-agent.ts';
import { nothingElse, type StepEffects } from './step-effects.ts';

/** What the session was is as if it had not been: the host begins another. */
const NO_SESSION: ProcessFile[] = [{ path: SESSION_ID_FILE, content: '\n' }];

/** What an agent's life does: its process is started, given more time, and forgotten. */
export class RunSteps {
  readonly effects: StepEffects<RunStep> = {
    start: async (_step, state) => ({
      runtime: this.#agent.deps.processes.runtimeName,
      memory: state.phase === 'requested' ? await this.#memoryOf(state) : undefined,
    }),
    launch: async (_step, state) => (isLive(state) ? this.#launch(state) : undefined),
    'fail-start': nothingElse,
    stop: nothingElse,
    extend: ({ expiresAt }, state) => this.#extend(state, new Date(expiresAt)),
    'extend-from-now': ({ ttlMs }, state) =>
      this.#extend(state, new Date(this.#agent.context.now.getTime() + ttlMs)),
    end: async (_step, state) => {
      // Before its container goes.
      if (isLive(state)) await this.#agent.deps.logins.look(state, this.#agent.process);
      return true;
    },
    resume: async ({ rewound }, state) =>
      state.phase === 'ended' ? this.#resume(state, rewound) : undefined,
    delete: async (_step, state) => {
      const run = state.phase === 'ended' ? state.lastRun : null;
      const { deps, agentId } = this.#agent;
      if (run) await deps.processes.forget(agentId, run);
      await deps.processes.removeHome(agentId, run);
      return true;
    },
  };
  readonly #agent: OwnAgent;
  /** Set once an agent is launched that says itself when it is ready. */
  #readyBy: { runId: string; at: number } | undefined;
  /** What a fork is about to begin with. */
  #session: ProcessFile[] | undefined;

  constructor(agent: OwnAgent) {
    this.#agent = agent;
  }

  /** It was launched, and is to say itself when it is ready. */
  get awaitsReady(): boolean {
    const { state } = this.#agent;
    return state !== undefined && isLive(state) && this.#readyBy?.runId === state.run.runId;
  }

  /** What a fork is to know by; undefined for any other agent. What a run before began with is in its home. */
  async #memoryOf(state: RequestedAgent): Promise<ForkMemory | undefined> {
    const { agentId, kind, forkedFrom, resumed } = state;
    if (forkedFrom === undefined || resumed) return undefined;
    this.#session = await this.#sessionOf({ agentId, kind, forkedFrom });
    return this.#session === undefined ? 'digest' : 'session';
  }

  async #sessionOf(fork: ForkWanted, run?: Run): Promise<ProcessFile[] | undefined> {
    const { deps, signal } = this.#agent;
    const runtime = deps.processes.runtime(run);
    return runtime && deps.forks.files(fork, runtime, signal);
  }

  /**
   * What a fork's first run is to begin with, or one that goes on from an earlier turn. Where it is gone since that was stated,
   * its host has the digest.
   */
  async #sessionFiles(state: LiveAgent): Promise<ProcessFile[]> {
    const { agentId, kind, forkedFrom, run } = state;
    const { resumed } = run;
    if (resumed?.rewound) {
      const { rewound, memory, sequence } = resumed;
      const own =
        memory === 'session' && (this.#session ?? (await this.#rewound(rewound, sequence)));
      return own || NO_SESSION;
    }
    if (forkedFrom === undefined || run.forked !== 'session') return [];
    const session = this.#session ?? (await this.#sessionOf({ agentId, kind, forkedFrom }, run));
    return session ?? [];
  }

  /** Where it goes on; or why it cannot. The files of an agent are where its last run was. */
  async #resume(state: EndedAgent, rewound: Rewound | undefined): Promise<Told<'resume'>> {
    const { deps, agentId, signal } = this.#agent;
    const { processes, factories } = deps;
    if (state.deleted) return { refused: 'it was deleted' };
    if (state.homeRemoved) return { refused: 'its files were kept long enough and are removed' };
    const takesUp = factories.get(state.kind)?.resumesItself === true;
    const { lastRun } = state;
    if (lastRun === null) {
      const place = await processes.chosenPlace();
      return { runtime: processes.runtimeName, place, memory: takesUp ? 'session' : 'digest' };
    }
    const place = await processes.makeRoom(agentId, lastRun, signal);
    if (place !== placeOf(lastRun)) {
      return { refused: `its files are with node ${lastRun.node}, which is not there` };
    }
    const session = rewound && takesUp ? await this.#rewound(rewound) : undefined;
    this.#session = session;
    const hasMemory = takesUp && (rewound === undefined || session !== undefined);
    return { runtime: lastRun.runtime, place, memory: hasMemory ? 'session' : 'digest' };
  }

  /** Its session up to that turn, as the log has it by now, or had it when a run began. */
  async #rewound(
    { sequence }: Rewound,
    before = Number.POSITIVE_INFINITY,
  ): Promise<ProcessFile[] | undefined> {
    const { deps, agentId, signal } = this.#agent;
    return deps.forks.rewound(agentId, { sequence }, before, signal);
  }

  /** The run stands in the log; its process is started, or found where an earlier try started it. */
  async #launch(state: LiveAgent): Promise<Told<'launch'> | undefined> {
    if (this.awaitsReady && this.#agent.process) return this.#settle(state);
    const { factories, processes } = this.#agent.deps;
    const factory = factories.get(state.kind);
    if (factory === undefined) {
      return this.#failed(`this version has no kind ${JSON.stringify(state.kind)}`);
    }
    const digest = await this.#agent.digest(state);
    const session = await this.#sessionFiles(state);
    const result = await processes.start(state, factory, digest, session);
    this.#session = undefined;
    if (!result.ok) return this.#failed(result.reason, result.left);
    this.#agent.watch(result.process);
    const probe: ReadinessProbe = factory.readinessProbe();
    if (probe.wait === 'signal') {
      this.#awaitReady(result.process, probe.timeoutMs);
      return this.#settle(this.#agent.state ?? state);
    }
    const problem = await untilReady(probe, this.#agent.signal);
    return problem === undefined ? { pid: result.process.pid } : this.#failed(problem);
  }

  /** It says itself when it is ready: looked at again at each of its events, its end, and in time. */
  #awaitReady(process: AgentProcess, timeoutMs: number): void {
    const { runId } = process;
    if (this.#readyBy?.runId !== runId) {
      this.#readyBy = { runId, at: this.#agent.context.now.getTime() + timeoutMs };
    }
    const cancel = startTimer(timeoutMs, this.#agent.wake, { ref: false });
    void process.exited.finally(cancel);
  }

  /** What has become of an agent that says itself when it is ready; undefined: nothing yet. */
  async #settle(state: AgentState): Promise<Told<'launch'> | undefined> {
    const said = isLive(state) ? state.saidReady : undefined;
    if (said && said.problem === undefined) return { pid: this.#agent.process?.pid };
    if (said?.problem) return this.#failed(said.problem);
    const late =
      this.#agent.context.now.getTime() >= (this.#readyBy?.at ?? Number.POSITIVE_INFINITY);
    return late ? this.#failed('it did not say that it is ready') : undefined;
  }

  /** Nothing of it lives on when that is stated. */
  async #failed(reason: string, leftAtStart?: LeftBehind): Promise<Told<'launch'>> {
    const { process, signal } = this.#agent;
    await process?.signal('SIGKILL');
    const end = process && (await endOf(process, signal));
    return { failed: reason, left: leftAtStart ?? end?.left };
  }

  async #extend(state: AgentState, until: Date): Promise<{ expiresAt: string }> {
    if (isLive(state)) await this.#agent.deps.processes.extend(state, until);
    return { expiresAt: until.toISOString() };
  }
}
