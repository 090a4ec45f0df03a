import type { Logger } from 'pino';
import type { LeftBehind } from '../../../schemas/events/process.ts';
import { type EndOutcome, endAll } from './end-all.ts';
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
  cgroup: Pick<RunCgroup, 'pids' | 'kill' | 'remove'> | undefined;
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

  /** Ends what there is, the agent itself included. Never rejects: what it could not end it says. */
  async end(): Promise<LeftBehind | undefined> {
    const { logger, agentId, runId } = this.#options;
    const first = this.#find();
    if (first.some(({ pid }) => pid === process.pid)) return this.#spare(first);
    const run = { agentId, runId };
    const { met, left } = await this.#endAll(first).catch((error: unknown) => {
      logger.error({ err: error, ...run }, 'what an agent left behind was not ended');
      return { met: [], left: this.#find() };
    });
    if (met.length > left.length) {
      logger.info({ ...run, ...leftOf(met) }, 'what an agent had left behind was ended');
    }
    if (left.length === 0) return undefined;
    const told = leftOf(left);
    logger.error({ ...run, ...told }, 'what an agent left behind could not be ended');
    return told;
  }

  async #endAll(first: ProcessFacts[]): Promise<EndOutcome> {
    const { cgroup } = this.#options;
    const outcome = await endAll(
      first,
      () => this.#find(),
      () => cgroup?.kill(),
      GRACE_MS,
    );
    cgroup?.remove();
    return outcome;
  }

  /** This spawner was itself started by the agent, and with it the system that it is one of. */
  #spare(found: readonly ProcessFacts[]): LeftBehind {
    const { logger, agentId, runId } = this.#options;
    const told = leftOf(found);
    logger.error(
      { agentId, runId, ...told },
      'this spawner runs inside an agent, and spares it all',
    );
    return told;
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
    for (const { pid, identity } of found) this.#known.set(pid, identity);
    return found;
  }
}

/** In the form in which the log has it. */
function leftOf(processes: readonly ProcessFacts[]): LeftBehind {
  const named = processes.slice(0, NAMED).map(({ pid, name }) => ({ pid, name: printable(name) }));
  return { count: processes.length, processes: named };
}

/** The agent may have written anything into it. */
const printable = (name: string): string => name.replaceAll(/[^\x20-\x7e]/g, '?');
