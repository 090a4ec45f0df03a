import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { folderName } from '../../../platform/service/node-name.ts';
import type { LeftBehind } from '../../../schemas/events/process.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { missingProgram } from '../find-program.ts';
import type { AgentPlaces, ProcessSpec, RunStatus, Runtime, StartResult } from '../runtime.ts';
import { LocalProcess } from './local-process.ts';
import { mayBeRun } from './may-be-run.ts';
import { makeOwnRepository } from './own-repository.ts';
import { placeWorkspace } from './place-workspace.ts';
import { isRunning } from './process-identity.ts';
import { hasProcessTable } from './process-table.ts';
import { findHomeFile } from './read-home-file.ts';
import { RunEndings } from './run-endings.ts';
import { RunFolder, type RunProcesses } from './run-folder.ts';
import { startKeeper } from './start-keeper.ts';

/** A keeper notes its pids within milliseconds; later than this it will not. */
const START_TIMEOUT_MS = 10_000;

export interface LocalRuntimeOptions {
  /** Holds a folder for each agent. */
  folder: string;
  /** PATH of the agents. */
  searchPath: string;
  logger: Logger;
  expiryGraceMs?: number;
  startTimeoutMs?: number;
  /** The cgroup below which each run gets one; null: none does. Unset: this process's own. */
  cgroups?: string | null;
}

/**
 * Agents as processes of this machine: detached, each under a keeper in a session of its own, its
 * stdin a journal behind a FIFO, its output in files. They outlive whoever started them and are
 * found again by pid and start time (design, "Persistent processes that outlive the spawner"). What
 * they have started ends with them (docs/decisions/0045-ended-means-ended.md).
 */
export class LocalRuntime implements Runtime {
  readonly name = 'local';
  readonly removesEnded: boolean = false;
  readonly isolates: boolean = false;
  readonly #agents: string;
  readonly #logger: Logger;
  readonly #searchPath: string;
  readonly #times: { expiryGraceMs: number; timeoutMs: number };
  readonly #endings: RunEndings;

  constructor(options: LocalRuntimeOptions) {
    // The keeper works in a folder of its own.
    this.#agents = resolve(options.folder);
    this.#searchPath = options.searchPath;
    this.#logger = options.logger;
    this.#times = {
      expiryGraceMs: options.expiryGraceMs ?? 60_000,
      timeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
    };
    this.#endings = new RunEndings(this.#agents, this.#logger, options.cgroups);
    if (hasProcessTable()) return;
    this.#logger.warn('no /proc here: what leaves its process group or session outlives its agent');
  }

  places(agentId: string): AgentPlaces {
    const { home, secrets } = new RunFolder(this.#agents, agentId, 'none');
    return { home, secrets, searchPath: this.#searchPath };
  }

  /** The agents' folder: whoever has it can reach their processes' files. */
  place(): Promise<string> {
    return folderName(this.#agents);
  }

  async start(spec: ProcessSpec): Promise<StartResult> {
    const folder = new RunFolder(this.#agents, spec.agentId, spec.runId);
    try {
      const found = await folder.processes();
      if (found) return { ok: true, process: await this.#attached(spec, folder, found) };
      // Before the look for the program, which may be one of the files.
      await this.#prepare(folder, spec);
      const path = spec.environment.PATH ?? '';
      const missing = await missingProgram(spec, path, folder.workspace, mayBeRun);
      if (missing !== undefined) {
        await rm(folder.path, { recursive: true, force: true });
        return { ok: false, reason: missing };
      }
      return await this.#startKeeper(folder, spec);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ err: error, agentId: spec.agentId }, 'process not started');
      return { ok: false, reason };
    }
  }

  async attach(agentId: string, runId: string): Promise<LocalProcess | undefined> {
    const folder = new RunFolder(this.#agents, agentId, runId);
    const processes = await folder.processes();
    return processes && this.#attached({ agentId, runId }, folder, processes);
  }

  async endRest(agentId: string, runId: string): Promise<LeftBehind | undefined> {
    const folder = new RunFolder(this.#agents, agentId, runId);
    const processes = await folder.processes();
    if (processes && isRunning(processes.agent)) throw new Error(`run ${runId} has not ended`);
    return (await this.#endings.of({ agentId, runId }, folder, processes ?? {})).end();
  }

  async homes(): Promise<string[]> {
    return (await namesIn(this.#agents)).filter(isAgentId);
  }

  homeFile(agentId: string, folder: string, ending: string, maxBytes: number) {
    return findHomeFile(join(this.#agents, agentId), folder, ending, maxBytes);
  }

  async removeHome(agentId: string): Promise<void> {
    const home = join(this.#agents, agentId);
    for (const runId of await namesIn(join(home, 'runs'))) {
      const processes = await new RunFolder(this.#agents, agentId, runId).processes();
      if (processes && isRunning(processes.agent)) throw new Error(`run ${runId} has not ended`);
    }
    await rm(home, { recursive: true, force: true });
  }

  async list(): Promise<RunStatus[]> {
    const found: RunStatus[] = [];
    for (const agentId of await namesIn(this.#agents)) {
      for (const runId of await namesIn(join(this.#agents, agentId, 'runs'))) {
        const processes = await new RunFolder(this.#agents, agentId, runId).processes();
        const running = processes !== undefined && isRunning(processes.agent);
        found.push({ agentId, runId, running });
      }
    }
    return withRests(found, await this.#endings.marked());
  }

  async #attached(
    ids: { agentId: string; runId: string },
    folder: RunFolder,
    processes: RunProcesses,
  ): Promise<LocalProcess> {
    const ending = await this.#endings.of(ids, folder, processes);
    return LocalProcess.attach(ids, folder, processes, ending);
  }

  async #prepare(folder: RunFolder, spec: ProcessSpec): Promise<void> {
    if (spec.workspace) await placeWorkspace(spec.workspace, folder);
    await folder.prepare(spec.expiresAt);
    await makeOwnRepository(folder.workspace, spec.environment.PATH ?? '');
    for (const file of spec.files) await folder.writeFile(file);
  }

  async #startKeeper(folder: RunFolder, spec: ProcessSpec): Promise<StartResult> {
    const cgroup = await this.#endings.makeCgroup(spec);
    const mark = await this.#endings.mark(spec);
    const { expiryGraceMs, timeoutMs } = this.#times;
    const order = { spec, folder, mark, cgroup: cgroup?.path, expiryGraceMs, timeoutMs };
    const started = await startKeeper(order).finally(async () => {
      // No keeper has begun, or another spawner's at the same moment, below its own cgroup.
      if ((await folder.cgroup()) !== cgroup?.path) cgroup?.remove();
    });
    if ('agent' in started) {
      return { ok: true, process: await this.#attached(spec, folder, started) };
    }
    const { noted, reason, kill } = started;
    const left = await (await this.#endings.of(spec, folder, noted)).end();
    kill();
    return { ok: false, reason, ...(left && { left }) };
  }
}

/** Each ended run with the number of its processes that live on, also those that are not kept. */
function withRests(
  kept: readonly RunStatus[],
  marked: readonly (RunStatus & { rest: number })[],
): RunStatus[] {
  const restOf = (run: RunStatus) => marked.find((other) => isSameRun(run, other));
  return [
    ...kept.map((run) => (run.running ? run : (restOf(run) ?? run))),
    ...marked.filter((run) => !kept.some((other) => isSameRun(run, other))),
  ];
}

const isSameRun = (one: RunStatus, other: RunStatus): boolean =>
  one.agentId === other.agentId && one.runId === other.runId;

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder, { withFileTypes: true }).then(
    (entries) => entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
    () => [],
  );
