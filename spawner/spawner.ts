import type { Logger } from 'pino';
import { isLive } from '../core/domain/agent/agent-state.ts';
import { parseSubject } from '../schemas/subjects.ts';
import { AgentWorker, type WorkerDependencies } from './agent-worker.ts';
import type { Runtime } from './runtime/runtime.ts';

/**
 * Acts on the outside because of an event: replays the log, takes up the agents that live, and then
 * wakes an agent's worker at each of its events. All in parallel, each agent in order.
 */
export class Spawner {
  readonly #deps: WorkerDependencies;
  readonly #runtime: Runtime;
  readonly #logger: Logger;
  readonly #workers = new Map<string, AgentWorker>();
  readonly #abort = new AbortController();
  #unsubscribe: (() => void) | undefined;

  constructor(deps: WorkerDependencies, runtime: Runtime) {
    this.#deps = deps;
    this.#runtime = runtime;
    this.#logger = deps.logger;
  }

  /** Takes up what is there. The follower must have caught up: replay first, then act. */
  async start(): Promise<void> {
    const { follower } = this.#deps;
    this.#unsubscribe = follower.subscribe((message) => {
      const address = parseSubject(message.subject);
      if (address && 'agentId' in address) this.#worker(address.agentId).wake();
    });
    await this.#reportUnknownRuns();
    for (const [agentId, state] of follower.state.agents) {
      const owed = state.queue.length + state.controls.length + state.calls.length > 0;
      if (isLive(state) || state.phase === 'requested' || owed) this.#worker(agentId).wake();
    }
  }

  /** Lets go of everything; the agents live on. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#abort.abort();
    await Promise.all([...this.#workers.values()].map((worker) => worker.idle()));
    await this.#deps.processes.detachAll();
  }

  #worker(agentId: string): AgentWorker {
    const known = this.#workers.get(agentId);
    if (known) return known;
    const worker = new AgentWorker(agentId, this.#deps, this.#abort.signal);
    this.#workers.set(agentId, worker);
    return worker;
  }

  /** What runs and is none of the log's is reported, never ended (design: reconciliation). */
  async #reportUnknownRuns(): Promise<void> {
    const { agents } = this.#deps.follower.state;
    for (const run of await this.#runtime.list()) {
      const state = agents.get(run.agentId);
      const known = state && isLive(state) && state.run.runId === run.runId;
      if (run.running && !known) {
        this.#logger.warn({ ...run }, 'a process runs that the log does not know; left alone');
      }
    }
  }
}
