import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delay } from '../async/delay.ts';
import { processIdentity } from '../service/process-identity.ts';

/** Milliseconds between two looks at a process that is not our child, and so tells us nothing. */
const LOOK_MS = 20;

/** Remembers the running server, so that the next run finds it if this one is killed. */
export function rememberProcess(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, identity: processIdentity(pid) }));
}

export function forgetProcess(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Ends the server that a killed run left on this data folder, and waits until it is gone: two on
 * one store would spoil it. Never touches a process that is not the remembered one, whatever its
 * pid. Returns the pid that it ended.
 */
export async function endLeftOver(file: string, graceMs: number): Promise<number | undefined> {
  const left = remembered(file);
  if (left === undefined) return undefined;
  const ended = await end(left.pid, () => processIdentity(left.pid) === left.identity, graceMs);
  forgetProcess(file);
  return ended;
}

/**
 * The same of a server that its run was killed too early to remember: by the file in which it has written its own pid. It
 * is one only if its command line names this configuration; where the system has no `/proc` nothing is done.
 */
export async function endUnremembered(
  pidFile: string,
  config: string,
  graceMs: number,
): Promise<number | undefined> {
  const pid = Number(contentOf(pidFile));
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  const runs = () => contentOf(`/proc/${pid}/cmdline`).split('\0').includes(config);
  return end(pid, runs, graceMs);
}

/** Asks a process to end, and ends it; its pid, where it ran. */
async function end(pid: number, runs: () => boolean, graceMs: number): Promise<number | undefined> {
  const ended = runs() ? pid : undefined;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!runs()) break;
    process.kill(pid, signal);
    await waitUntil(() => !runs(), graceMs);
  }
  return ended;
}

/** Empty where there is no such file. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function remembered(file: string): { pid: number; identity: string } | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (record === null || typeof record !== 'object') return undefined;
    if (!('pid' in record && 'identity' in record)) return undefined;
    const { pid, identity } = record;
    if (typeof pid !== 'number' || typeof identity !== 'string') return undefined;
    return { pid, identity };
  } catch {
    return undefined;
  }
}

async function waitUntil(condition: () => boolean, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!condition() && Date.now() < deadline) {
    await delay(LOOK_MS);
  }
}
