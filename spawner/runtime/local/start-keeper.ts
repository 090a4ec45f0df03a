import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processIdentity } from '../../../platform/service/process-identity.ts';
import type { ProcessSpec } from '../runtime.ts';
import { FolderWatch } from './folder-watch.ts';
import { signalGroup } from './process-identity.ts';
import type { RunFolder, RunProcesses } from './run-folder.ts';

const KEEPER = join(import.meta.dirname, 'keeper.sh');

export interface KeeperOrder {
  spec: ProcessSpec;
  folder: RunFolder;
  mark: string;
  /** Path of the run's cgroup. */
  cgroup: string | undefined;
  expiryGraceMs: number;
  /** Milliseconds until the keeper has noted its pids, or will not. */
  timeoutMs: number;
}

/** A keeper that did not do its work. What it has started meanwhile is found by its session. */
export interface FailedKeeper {
  reason: string;
  /** What is known of it. */
  noted: Partial<RunProcesses>;
  /** Ends the keeper itself. */
  kill: () => void;
}

/** Starts the keeper of a run, and with it the agent. */
export async function startKeeper(order: KeeperOrder): Promise<RunProcesses | FailedKeeper> {
  const { spec, folder, mark, cgroup, expiryGraceMs, timeoutMs } = order;
  const watch = new FolderWatch(folder.path);
  const log = await open(folder.file('keeper.log'), 'a', 0o600);
  try {
    const grace = String(Math.ceil(expiryGraceMs / 1000));
    const ways = [folder.path, folder.workspace, grace, mark, cgroup ?? ''];
    // -p: the agent's environment is not the keeper's to act on (BASH_ENV, SHELLOPTS, functions).
    const keeper = spawn('bash', ['-p', KEEPER, ...ways, ...spec.command], {
      detached: true,
      stdio: ['ignore', 'ignore', log.fd],
      env: { ...spec.environment },
    });
    const failed = new Promise<never>((_resolve, reject) => keeper.once('error', reject));
    keeper.unref();
    const processes = await Promise.race([untilStarted(folder, watch, timeoutMs), failed]);
    return processes ?? { reason: await reasonOf(folder), ...failedKeeper(keeper) };
  } finally {
    watch.close();
    await log.close();
  }
}

function failedKeeper(keeper: ChildProcess): Pick<FailedKeeper, 'noted' | 'kill'> {
  const { pid } = keeper;
  const identity = pid === undefined ? undefined : processIdentity(pid);
  if (pid === undefined || identity === undefined) return { noted: {}, kill: () => undefined };
  const leader = { pid, identity };
  return { noted: { keeper: leader }, kill: () => signalGroup(leader, 'SIGKILL') };
}

async function reasonOf(folder: RunFolder): Promise<string> {
  const log = await readFile(folder.file('keeper.log'), 'utf8');
  return `its keeper did not start it: ${log.trim().split('\n').at(-1) || 'no word from it'}`;
}

async function untilStarted(
  folder: RunFolder,
  watch: FolderWatch,
  timeoutMs: number,
): Promise<RunProcesses | undefined> {
  const late = setTimeout(() => watch.close(), timeoutMs);
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
