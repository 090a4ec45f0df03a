import { type AgentState, isAwaited, isToBeDeleted } from '../core/domain/agent/agent-state.ts';
import type { Health } from '../platform/service/health.ts';
import { parseSubject } from '../schemas/subjects.ts';
import type { AgentRuntimes } from './agent-runtimes.ts';
import { AgentWorker } from './agent-worker.ts';
import { Archiver } from './archiver.ts';
import { ConnectionMeter, type CountConnections } from './connection-meter.ts';
import { Drain } from './drain.ts';
import { FileMeter } from './file-meter.ts';
import { ForkSessions } from './fork-sessions.ts';
import { HomeKeeper } from './home-keeper.ts';
import type { Executor } from './jobs/executor.ts';
import { Jobs } from './jobs/jobs.ts';
import { LostRuns } from './lost-runs.ts';
import type { Beat, Membership } from './ownership/membership.ts';
import { Placement } from './placement.ts';
import { QuotaHealth } from './quota-health.ts';
import { StuckAgents } from './stuck-agents.ts';
import type { WorkerDependencies } from './worker-dependencies.ts';

export interface SpawnerDependencies
  extends Omit<WorkerDependencies, 'ownership' | 'files' | 'connections' | 'stuck' | 'forks'> {
  health: Health;
  membership: Membership;
  runtimes: AgentRuntimes;
  /** A `create` that is not placed within so many milliseconds goes to another spawner. */
  placementMs: number;
  /** How long after its end an agent is archived, and how often that is looked at. */
  archiveAfterMs: number;
  archiveLookMs?: number;
  /** How long the home of an agent is kept after its end, and how often that is looked at. */
  homeRetentionMs: number;
  homeLookMs?: number;
  /** Undefined: they are not counted, since there are no keys for that. */
  countConnections: CountConnections | undefined;
  /** How jobs are run, by the kind of executor, and where from their runs can be reached. */
  executors: ReadonlyMap<string, Executor>;
  jobsPlace: string;
}

/**
 * Acts on the outside because of an event: replays the log, takes up the agents that are its own or
 * become so, and then wakes an agent's worker at each of its events. All in parallel, each agent in
 * order. What is another spawner's it leaves alone.
 */
export class Spawner {
  readonly #deps: SpawnerDependencies;
  readonly #workerDeps: WorkerDependencies;
  readonly #workers = new Map<string, AgentWorker>();
  readonly #abort = new AbortController();
  readonly #placement: Placement;
  readonly #drain: Drain;
  readonly #lostRuns: LostRuns;
  readonly #files: FileMeter;
  readonly #connections: ConnectionMeter;
  readonly #quotaHealth: QuotaHealth;
  readonly #archiver: Archiver;
  readonly #homes: HomeKeeper;
  readonly #jobs: Jobs;
  #keeping: Promise<unknown> = Promise.resolve();
  #unsubscribe: (() => void) | undefined;

  constructor(deps: SpawnerDependencies) {
    const { ownership } = deps.membership;
    this.#deps = deps;
    this.#files = new FileMeter({ ...deps, onChange: (agentId) => this.#worker(agentId).wake() });
    this.#connections = new ConnectionMeter({
      count: deps.countConnections,
      quota: deps.quotas?.connections ?? Number.POSITIVE_INFINITY,
      logger: deps.logger,
      onExcess: (agentId) => this.#lookAgain(agentId),
    });
    const stuck = new StuckAgents(deps.health);
    this.#workerDeps = {
      ...deps,
      ownership,
      files: this.#files,
      connections: this.#connections,
      stuck,
      forks: new ForkSessions(deps),
    };
    const enforced = deps.quotas !== undefined;
    this.#quotaHealth = new QuotaHealth({ ...deps, ownership, enforced });
    this.#drain = new Drain({ ...deps, ownership });
    this.#archiver = new Archiver({ ...deps, ownership });
    this.#homes = new HomeKeeper({ ...deps, ownership });
    this.#jobs = new Jobs({ ...deps, ownership, place: deps.jobsPlace });
    this.#lostRuns = new LostRuns({ ...deps, ownership });
    this.#placement = new Placement({
      ...deps,
      ownership,
      ackWaitMs: deps.placementMs,
      place: (agentId) => this.#worker(agentId).place(),
    });
  }

  /** The name under which it owns agents. */
  get node(): string {
    return this.#deps.membership.ownership.self.node;
  }

  /** Takes up what is there. The follower must have caught up: replay first, then act. */
  async start(): Promise<void> {
    const { follower, membership } = this.#deps;
    const endHealth = this.#quotaHealth.start();
    const endWaking = follower.subscribe((message) => {
      const address = parseSubject(message.subject);
      if (address === undefined) return;
      if ('agentId' in address) this.#look(address.agentId);
      else if (address.family === 'node') this.#wakeAll(isOwed);
      this.#drain.look();
    });
    this.#unsubscribe = () => {
      endHealth();
      endWaking();
    };
    await membership.start((beat) => this.#onBeat(beat));
    await this.#lostRuns.look(this.#abort.signal);
    this.#wakeAll(isOwed);
    if (membership.ownership.alone) this.#placeAll();
    this.#jobs.start();
    await this.#placement.start();
    this.#connections.start(this.#abort.signal);
    const { signal } = this.#abort;
    this.#keeping = Promise.all([this.#archiver.run(signal), this.#homes.run(signal)]);
  }

  /** Lets go of everything; the agents live on, and others may have them. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    const placing = this.#placement.stop();
    this.#abort.abort();
    this.#files.stop();
    await Promise.all([
      placing,
      this.#jobs.stop(),
      this.#keeping,
      ...[...this.#workers.values()].map((worker) => worker.idle()),
    ]);
    await this.#deps.processes.detachAll();
    await this.#deps.membership.leave();
  }

  /** What is counted beside the log may be of an agent that is not in the state, or is another's. */
  #lookAgain(agentId: string): void {
    if (this.#deps.follower.state.agents.has(agentId)) this.#worker(agentId).wake();
  }

  /** Of an agent that has left the state there is nothing to do any more. */
  #look(agentId: string): void {
    const state = this.#deps.follower.state.agents.get(agentId);
    if (state === undefined) {
      this.#forget(agentId);
      return;
    }
    const worker = this.#worker(agentId);
    worker.wake();
    if (state.phase === 'ended') void this.#retire(worker);
  }

  /** An agent that has ended needs nobody: for what still comes for it there will be another worker. */
  async #retire(worker: AgentWorker): Promise<void> {
    const { agentId } = worker;
    do {
      await worker.idle();
      const state = this.#deps.follower.state.agents.get(agentId);
      if (state?.phase !== 'ended' || isOwed(state)) return;
    } while (!worker.retire());
    if (this.#workers.get(agentId) === worker) this.#workers.delete(agentId);
  }

  #forget(agentId: string): void {
    this.#workers.delete(agentId);
    this.#workerDeps.stuck.goesOn(agentId);
    this.#files.remove(agentId);
    const letGo = this.#deps.processes.letGo(agentId);
    letGo.catch((err: unknown) => this.#deps.logger.warn({ err, agentId }, 'not let go'));
  }

  /** Something of the others, or of one's own lease, may have changed. */
  #onBeat({ regained }: Beat): void {
    if (this.#abort.signal.aborted) return;
    this.#wakeAll(isOwed);
    this.#drain.look();
    this.#quotaHealth.look();
    this.#jobs.lookAtAll();
    if (regained) void this.#lostRuns.look(this.#abort.signal);
  }

  #wakeAll(which: (state: AgentState) => boolean): void {
    for (const [agentId, state] of this.#deps.follower.state.agents) {
      if (which(state)) this.#worker(agentId).wake();
    }
  }

  /** With nobody else there, what an earlier process was handed and did not place is not waited for. */
  #placeAll(): void {
    for (const [agentId, { phase }] of this.#deps.follower.state.agents) {
      if (phase === 'requested') this.#worker(agentId).place();
    }
  }

  #worker(agentId: string): AgentWorker {
    const known = this.#workers.get(agentId);
    if (known) return known;
    const worker = new AgentWorker(agentId, this.#workerDeps, this.#abort.signal);
    this.#workers.set(agentId, worker);
    return worker;
  }
}

/** Lives, or waits for something. */
const isOwed = (state: AgentState): boolean =>
  (state.phase !== 'ended' && state.phase !== 'unknown') ||
  ('running' in state && state.running !== undefined) ||
  (state.phase === 'ended' && isToBeDeleted(state)) ||
  isAwaited(state);
