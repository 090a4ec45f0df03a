import { mkdir, realpath } from 'node:fs/promises';
import type { Logger } from 'pino';
import { derivedId } from '../../../schemas/ids.ts';
import type { RunStatus } from '../runtime.ts';
import { readProcessTable, startVariable } from './process-table.ts';
import { ownCgroup, RunCgroup } from './run-cgroup.ts';
import { RunEnding } from './run-ending.ts';
import type { RunFolder, RunProcesses } from './run-folder.ts';
import { markOf, RUN_MARK, runOfMark } from './run-mark.ts';

type RunIds = Pick<RunStatus, 'agentId' | 'runId'>;

/** How the runs of one agents' folder are marked, and found by that when they have ended. */
export class RunEndings {
  readonly #agents: string;
  readonly #cgroups: string | undefined;
  readonly #logger: Logger;
  #realAgents: Promise<string> | undefined;

  /** @param cgroups the cgroup below which each run gets one; this process's own where none is given */
  constructor(agents: string, logger: Logger, cgroups: string | null = ownCgroup() ?? null) {
    this.#agents = agents;
    this.#logger = logger;
    this.#cgroups = cgroups ?? undefined;
  }

  async mark({ agentId, runId }: RunIds): Promise<string> {
    return markOf(await this.#root(), agentId, runId);
  }

  /** A cgroup for a run that is to be started; undefined where there can be none. */
  async makeCgroup(run: RunIds): Promise<RunCgroup | undefined> {
    return RunCgroup.make(this.#cgroups, derivedId('orchestrator-', await this.mark(run)));
  }

  async of(run: RunIds, folder: RunFolder, noted: Partial<RunProcesses>): Promise<RunEnding> {
    const cgroup = await folder.cgroup();
    return new RunEnding({
      ...run,
      mark: await this.mark(run),
      noted,
      cgroup: cgroup === undefined ? undefined : new RunCgroup(cgroup),
      logger: this.#logger,
    });
  }

  /** The runs whose mark a process bears, each with how many there are. */
  async marked(): Promise<(RunStatus & { rest: number })[]> {
    const root = await this.#root();
    const found = new Map<string, RunStatus & { rest: number }>();
    for (const { pid, ended } of readProcessTable()) {
      const mark = ended ? undefined : startVariable(pid, RUN_MARK);
      const run = mark === undefined ? undefined : runOfMark(root, mark);
      if (mark === undefined || run === undefined) continue;
      const rest = (found.get(mark)?.rest ?? 0) + 1;
      found.set(mark, { ...run, running: false, rest });
    }
    return [...found.values()];
  }

  /** The folder by the one path that no symbolic link changes. */
  #root(): Promise<string> {
    this.#realAgents ??= mkdir(this.#agents, { recursive: true, mode: 0o700 }).then(() =>
      realpath(this.#agents),
    );
    return this.#realAgents;
  }
}
