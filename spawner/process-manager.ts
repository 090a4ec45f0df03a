import type { Logger } from 'pino';
import type { AgentFactory } from '../agents/agent-factory.ts';
import { kindOf } from '../agents/agent-kinds.ts';
import { howToGetCli } from '../agents/kind-problems.ts';
import type { ProcessFile } from '../agents/process-file.ts';
import {
  type AgentState,
  isLive,
  type LiveAgent,
  type PendingRun,
  placeOf,
  type Run,
} from '../core/domain/agent/agent-state.ts';
import type { CommandOutcome } from '../core/domain/agent/command/command-events.ts';
import type { Mute } from '../core/log/mute-notice.ts';
import { OrchestratorError } from '../schemas/errors.ts';
import type { LeftBehind } from '../schemas/events/process.ts';
import type { AgentEnvironment } from './agent-environment.ts';
import type { AgentRuntimes } from './agent-runtimes.ts';
import { commandOutcome, NOT_RUN } from './command-outcome.ts';
import { endOf } from './end-of.ts';
import { NotOwner, OwnedProcess } from './ownership/owned-process.ts';
import type {
  AgentPlaces,
  AgentProcess,
  Runtime,
  StartResult,
  WorkspaceSource,
} from './runtime/runtime.ts';

/** Both outputs together stay well below what the broker takes. */
const OUTPUT_BYTES = 256 * 1024;

/** Of the local runtime: a process of this machine goes wherever its user may. */
const NO_ISOLATION =
  'agents are processes of this machine here, which cannot be kept from the network and its files; --without-isolation runs it all the same';

export interface ProcessManagerOptions {
  runtimes: AgentRuntimes;
  environment: AgentEnvironment;
  logger: Logger;
  /** What the workspaces of agents in projects are to be. */
  workspace?: (state: LiveAgent) => WorkspaceSource | undefined;
  /** Asked before anything is done to a run: is it this spawner's at this moment? */
  owns: (agentId: string, runId: string) => boolean;
}

/**
 * The processes of this node's agents: starts them, finds them again, and gives each the
 * environment and files that its kind needs. What runs where is the runtime's business.
 */
export class ProcessManager {
  readonly #runtimes: AgentRuntimes;
  readonly #environment: AgentEnvironment;
  readonly #logger: Logger;
  readonly #owns: (agentId: string, runId: string) => boolean;
  readonly #workspace: (state: LiveAgent) => WorkspaceSource | undefined;
  readonly #processes = new Map<string, AgentProcess>();

  constructor(options: ProcessManagerOptions) {
    this.#runtimes = options.runtimes;
    this.#owns = options.owns;
    this.#workspace = options.workspace ?? (() => undefined);
    this.#environment = options.environment;
    this.#logger = options.logger;
  }

  get runtimeName(): string {
    return this.#runtimes.chosen.name;
  }

  /** Of a run, or where new ones begin; undefined where this spawner has no such runtime. */
  runtime(run?: Run): Runtime | undefined {
    return run === undefined ? this.#runtimes.chosen : this.#runtimeOf(run);
  }

  /** The process of an agent that this spawner is attached to. */
  get(agentId: string): AgentProcess | undefined {
    return this.#processes.get(agentId);
  }

  /** Those of `states` that this spawner is attached to. */
  *running(states: Iterable<AgentState>): Generator<{ state: LiveAgent; process: AgentProcess }> {
    for (const state of states) {
      const process = isLive(state) ? this.#processes.get(state.agentId) : undefined;
      if (isLive(state) && process?.runId === state.run.runId) yield { state, process };
    }
  }

  /**
   * Starts the run's process, or takes up the one that this run has already.
   *
   * @param digest of what was said before a run that goes on with it
   * @param session that it begins with, of another agent
   */
  async start(
    state: LiveAgent,
    factory: AgentFactory,
    digest?: string,
    session: readonly ProcessFile[] = [],
  ): Promise<StartResult> {
    const { agentId, run } = state;
    const runtime = this.#runtimeOf(run);
    if (runtime === undefined) return { ok: false, reason: `there is no runtime ${run.runtime}` };
    if (state.whatIf?.isolated && !runtime.isolates) return { ok: false, reason: NO_ISOLATION };
    const places = runtime.places(agentId);
    const command = factory.persistentCommand(this.#environment.order(state, places));
    if ('missing' in command) return { ok: false, reason: command.missing };
    const environment = this.#environment.variables(state, factory, places);
    if ('missing' in environment) return { ok: false, reason: environment.missing };
    const { runId } = run;
    const workspace = this.#workspaceOf(state);
    if (workspace && 'unusable' in workspace) return { ok: false, reason: workspace.unusable };
    const files = await this.#environment
      .files(state, factory, places, digest)
      .catch((error: unknown) => ({ unusable: messageOfSettings(error) }));
    if ('unusable' in files) return { ok: false, reason: files.unusable };
    if (!this.#owns(agentId, runId)) throw new NotOwner(`run ${runId} is not this spawner’s`);
    const result = await runtime.start({
      agentId,
      runId,
      command,
      needs: this.#needs(state, factory, places, runtime.name),
      environment: environment.variables,
      ...(environment.waysOut && { waysOut: environment.waysOut }),
      ...(workspace && { workspace }),
      files: [...files, ...session],
      labels: labelsOf(state),
      expiresAt: new Date(run.expiresAt),
      ...(run.resumed && { again: true }),
    });
    if (!result.ok) return result;
    this.#logger.info({ agentId, runId, pid: result.process.pid }, 'process started');
    return { ok: true, process: this.#keep(result.process) };
  }

  /** Undefined where it works in no project; in one that there is not, or not yet, it is not started. */
  #workspaceOf(state: LiveAgent): WorkspaceSource | { unusable: string } | undefined {
    try {
      const workspace = this.#workspace(state);
      if (workspace || state.project === undefined) return workspace;
      return { unusable: 'this spawner keeps no projects' };
    } catch (error) {
      if (error instanceof OrchestratorError) return { unusable: error.message };
      throw error;
    }
  }

  /** Where an agent that runs has its things; undefined where this spawner has no such runtime. */
  places({ agentId, run }: LiveAgent): AgentPlaces | undefined {
    return this.#runtimeOf(run)?.places(agentId);
  }

  #needs(state: LiveAgent, factory: AgentFactory, places: AgentPlaces, runtime: string) {
    const kind = kindOf(factory.kind);
    const cure = (kind && howToGetCli(kind, runtime)) ?? 'install it';
    const programs = factory.needs?.(this.#environment.order(state, places)) ?? [];
    return programs.map((program) => ({ program, cure }));
  }

  /** Finds the process of a run that the log says is alive. */
  async attach(agentId: string, run: Run): Promise<AgentProcess | undefined> {
    const process = await this.#runtimeOf(run)?.attach(agentId, run.runId);
    if (process === undefined) return undefined;
    this.#logger.info({ agentId, runId: run.runId, pid: process.pid }, 'process found again');
    return this.#keep(process);
  }

  /** Ends what lives on of a run whose process is gone, and says what it could not end. */
  async endRest(agentId: string, run: Run): Promise<LeftBehind | undefined> {
    return this.#runtimeOf(run)?.endRest(agentId, run.runId);
  }

  #runtimeOf(run: Run): Runtime | undefined {
    return this.#runtimes.byName.get(run.runtime);
  }

  /** Gives it a longer life: the process itself, and its credentials. */
  async extend(state: LiveAgent, expiresAt: Date): Promise<void> {
    const process = this.#processes.get(state.agentId);
    if (process === undefined) return;
    // One that is not heard gets credentials when it is heard again.
    if (!state.muted) await this.#environment.renewCredentials(process, state, expiresAt);
    await process.extend(expiresAt);
  }

  /** Puts in the place of its credentials why they do not count. */
  async mute({ agentId }: LiveAgent, mute: Mute): Promise<void> {
    const process = this.#processes.get(agentId);
    if (process !== undefined) await this.#environment.withdrawCredentials(process, mute);
  }

  /** Gives it new credentials. */
  async unmute(state: LiveAgent): Promise<void> {
    const process = this.#processes.get(state.agentId);
    const expiresAt = new Date(state.run.expiresAt);
    if (process !== undefined) {
      await this.#environment.renewCredentials(process, state, expiresAt);
    }
  }

  /** Runs a shell command beside the agent, to its end; rejects for what nobody foresaw. */
  async run(
    state: LiveAgent,
    factory: AgentFactory,
    { commandLine, timeoutMs }: PendingRun,
    signal: AbortSignal,
  ): Promise<CommandOutcome> {
    const { agentId, run } = state;
    const process = this.#processes.get(agentId);
    const places = this.#runtimeOf(run)?.places(agentId);
    if (process === undefined || places === undefined) return NOT_RUN;
    const environment = this.#environment.variables(state, factory, places);
    if ('missing' in environment) return { ...NOT_RUN, error: environment.missing };
    const outcome = await process.exec({
      command: ['bash', '-c', commandLine],
      environment: environment.variables,
      timeoutMs,
      outputBytes: OUTPUT_BYTES,
      signal,
    });
    return commandOutcome(outcome, timeoutMs);
  }

  /** Frees what the runtime keeps of an ended run, whichever spawner was attached to it. */
  async forget(agentId: string, run: Run): Promise<void> {
    const attached = this.#processes.get(agentId);
    const process = attached ?? (await this.#runtimeOf(run)?.attach(agentId, run.runId));
    this.#processes.delete(agentId);
    try {
      await process?.remove();
    } catch (error) {
      // The next try attaches to it anew.
      if (attached === undefined) await process?.detach();
      throw error;
    }
  }

  /**
   * What has to be gone before another run of an agent begins in its home: the process of a run that was
   * given up, and what its runtime keeps of it. Where its runs live; undefined where this spawner has no
   * such runtime.
   */
  async makeRoom(agentId: string, run: Run, signal: AbortSignal): Promise<string | undefined> {
    const runtime = this.#runtimeOf(run);
    if (runtime === undefined) return undefined;
    const place = await runtime.place();
    if (place !== placeOf(run)) return place;
    const process = await runtime.attach(agentId, run.runId);
    if (process === undefined) return place;
    try {
      await process.signal('SIGKILL');
      await endOf(process, signal);
    } catch (error) {
      await process.detach();
      throw error;
    }
    await process.remove();
    return place;
  }

  /** The place of the chosen runtime. */
  chosenPlace(): Promise<string> {
    return this.#runtimes.chosen.place();
  }

  /** Removes the home of an agent that has ended, where it is here. */
  async removeHome(agentId: string, run: Run | null): Promise<void> {
    const runtime = run === null ? this.#runtimes.chosen : this.#runtimeOf(run);
    await runtime?.removeHome(agentId);
  }

  /** The run's end is stated: what is left of it goes, where that is in the way. */
  async tidy(agentId: string, run: Run): Promise<void> {
    if (this.#runtimeOf(run)?.removesEnded) await this.forget(agentId, run);
  }

  /** Lets go of one that is another spawner's now; it lives on. */
  async letGo(agentId: string): Promise<void> {
    const process = this.#processes.get(agentId);
    this.#processes.delete(agentId);
    await process?.detach();
  }

  /** Lets go of all; they live on. */
  async detachAll(): Promise<void> {
    const processes = [...this.#processes.values()];
    this.#processes.clear();
    await Promise.all(processes.map((process) => process.detach()));
  }

  #keep(process: AgentProcess): AgentProcess {
    const { agentId, runId } = process;
    const owned = new OwnedProcess(process, () => this.#owns(agentId, runId));
    this.#processes.set(agentId, owned);
    return owned;
  }
}

function labelsOf({ kind, owner, createdAt, ttlMs, run }: LiveAgent): Record<string, string> {
  return {
    kind,
    ...(owner && { owner: `${owner.channel}:${owner.userId}` }),
    created: createdAt,
    ttl: String(ttlMs),
    node: run.node,
  };
}

/** What somebody has to correct is no trouble that passes: only that is tried again. */
function messageOfSettings(error: unknown): string {
  if (error instanceof OrchestratorError && error.code === 'ORC_SETTINGS') return error.message;
  throw error;
}
