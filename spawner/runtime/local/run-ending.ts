import type { Logger } from 'pino';
import type { LeftBehind } from '../../../schemas/events/process.ts';
import { endAll } from './end-all.ts';
import { startTicks } from './process-identity.ts';
import { type ProcessFacts, readProcessTable, startVariable } from './process-table.ts';
import type { RunCgroup } from './run-cgroup.ts';
import type { RunProcesses } from './run-folder.ts';
import { RUN_MARK } from './run-mark.ts';
import { membersOf } from './run-members.ts';

/** After SIGTERM, for what its agent has left alone; the same as its keeper gives (keeper.sh). */
const GRACE_MS = 2000;

/** More than these are counted, not named. */
const NAMED = 20;

export interface RunEndingOptions {
  agentId: string;
  runId: string;
  mark: string;
  noted: Partial<RunProcesses>;
  cgroup: RunCgroup | undefined;
  logger: Logger;
}

/** Ends all that belongs to a run, wherever it went, and says what it could not end. */
export class RunEnding {
  readonly #options: RunEndingOptions;
  readonly #known = new Map<number, string>();

  constructor(options: RunEndingOptions) {
    this.#options = options;
  }

  get mark(): string {
    return this.#options.mark;
  }

  /**
   * Notes what belongs to the run while its processes can still be told by who started them: one
   * that is in a session of its own with another environment is found later by nothing else.
   */
  remember(): void {
    this.#find();
  }

  /** Ends what there is. The agent itself counts as well. */
  async end(): Promise<LeftBehind | undefined> {
    const { cgroup, logger, agentId, runId } = this.#options;
    const { met, left } = await endAll(
      () => this.#find(),
      () => cgroup?.kill(),
      GRACE_MS,
    );
    cgroup?.remove();
    const about = { agentId, runId, ...leftOf(met) };
    if (met.length > left.length) logger.info(about, 'what an agent had left behind was ended');
    if (left.length === 0) return undefined;
    logger.error({ ...about, ...leftOf(left) }, 'what an agent left behind could not be ended');
    return leftOf(left);
  }

  #find(): ProcessFacts[] {
    const { noted, mark, cgroup } = this.#options;
    // Nothing of it is older than the agent: the environments of all others need not be read.
    const since = noted.agent ? startTicks(noted.agent) : 0;
    const found = membersOf(readProcessTable(), {
      noted,
      isMarked: ({ pid, startedAt }) => startedAt >= since && startVariable(pid, RUN_MARK) === mark,
      inCgroup: new Set(cgroup?.pids()),
      known: this.#known,
    });
    if (found.some(({ pid }) => pid === process.pid)) return this.#spareAll();
    for (const { pid, identity } of found) this.#known.set(pid, identity);
    return found;
  }

  /** This spawner was itself started by the agent, and the system that it is one of with it. */
  #spareAll(): [] {
    const { logger, agentId, runId } = this.#options;
    logger.error({ agentId, runId }, 'this spawner runs inside an agent; what that left is spared');
    return [];
  }
}

/** In the form in which the log has it. */
function leftOf(processes: readonly ProcessFacts[]): LeftBehind {
  const named = processes.slice(0, NAMED).map(({ pid, name }) => ({ pid, name: printable(name) }));
  return { count: processes.length, processes: named };
}

/** The agent may have written anything into it. */
const printable = (name: string): string => name.replaceAll(/[^\x20-\x7e]/g, '?');
