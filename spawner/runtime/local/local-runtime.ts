import { spawn } from 'node:child_process';
import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import { folderName } from '../../../core/service/node-name.ts';
import { findProgram } from '../find-program.ts';
import type { AgentPlaces, ProcessSpec, RunStatus, Runtime, StartResult } from '../runtime.ts';
import { FolderWatch } from './folder-watch.ts';
import { LocalProcess } from './local-process.ts';
import { mayBeRun } from './may-be-run.ts';
import { isRunning } from './process-identity.ts';
import { RunFolder, type RunProcesses } from './run-folder.ts';

const KEEPER = join(import.meta.dirname, 'keeper.sh');

/** A keeper notes its pids within milliseconds; later than this it will not. */
const START_TIMEOUT_MS = 10_000;

/**
 * Agents as processes of this machine: detached, each under a keeper in a session of its own, its
 * stdin a journal behind a FIFO, its output in files. They outlive whoever started them and are
 * found again by pid and start time (design, "Persistent processes that outlive the spawner").
 */
export class LocalRuntime implements Runtime {
  readonly name = 'local';
  readonly removesEnded = false;
  readonly #agents: string;
  readonly #logger: Logger;
  readonly #searchPath: string;
  readonly #expiryGraceMs: number;

  constructor(options: {
    /** Holds a folder for each agent. */
    folder: string;
    /** PATH of the agents. */
    searchPath: string;
    logger: Logger;
    expiryGraceMs?: number;
  }) {
    // The keeper works in a folder of its own.
    this.#agents = resolve(options.folder);
    this.#searchPath = options.searchPath;
    this.#logger = options.logger;
    this.#expiryGraceMs = options.expiryGraceMs ?? 60_000;
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
      if (found) return { ok: true, process: await LocalProcess.attach(spec, folder, found) };
      // Before the look for the program, which may be one of the files.
      await this.#prepare(folder, spec);
      const [program] = spec.command;
      if (!(await findProgram(program, spec.environment.PATH ?? '', folder.workspace, mayBeRun))) {
        await rm(folder.path, { recursive: true, force: true });
        return { ok: false, reason: `${program} is not there, or may not be run` };
      }
      const processes = await this.#startKeeper(folder, spec);
      if (processes === undefined) return { ok: false, reason: await reasonOf(folder) };
      return { ok: true, process: await LocalProcess.attach(spec, folder, processes) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ err: error, agentId: spec.agentId }, 'process not started');
      return { ok: false, reason };
    }
  }

  async attach(agentId: string, runId: string): Promise<LocalProcess | undefined> {
    const folder = new RunFolder(this.#agents, agentId, runId);
    const processes = await folder.processes();
    return processes && LocalProcess.attach({ agentId, runId }, folder, processes);
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
    return found;
  }

  async #prepare(folder: RunFolder, spec: ProcessSpec): Promise<void> {
    await folder.prepare(spec.expiresAt);
    for (const file of spec.files) await folder.writeFile(file);
  }

  async #startKeeper(folder: RunFolder, spec: ProcessSpec): Promise<RunProcesses | undefined> {
    const watch = new FolderWatch(folder.path);
    const log = await open(folder.file('keeper.log'), 'a', 0o600);
    try {
      const grace = String(Math.ceil(this.#expiryGraceMs / 1000));
      // -p: the agent's environment is not the keeper's to act on (BASH_ENV, SHELLOPTS, functions).
      const keeper = spawn(
        'bash',
        ['-p', KEEPER, folder.path, folder.workspace, grace, ...spec.command],
        { detached: true, stdio: ['ignore', 'ignore', log.fd], env: { ...spec.environment } },
      );
      const failed = new Promise<never>((_resolve, reject) => keeper.once('error', reject));
      keeper.unref();
      return await Promise.race([untilStarted(folder, watch), failed]);
    } finally {
      watch.close();
      await log.close();
    }
  }
}

async function reasonOf(folder: RunFolder): Promise<string> {
  const log = await readFile(folder.file('keeper.log'), 'utf8');
  return `its keeper did not start it: ${log.trim().split('\n').at(-1) || 'no word from it'}`;
}

async function untilStarted(
  folder: RunFolder,
  watch: FolderWatch,
): Promise<RunProcesses | undefined> {
  const late = setTimeout(() => watch.close(), START_TIMEOUT_MS);
  try {
    for (;;) {
      const changes = watch.count;
      const processes = await folder.processes();
      if (processes || watch.closed) return processes;
      await watch.changedSince(changes);
    }
  } finally {
    clearTimeout(late);
  }
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder, { withFileTypes: true }).then(
    (entries) => entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name),
    () => [],
  );
