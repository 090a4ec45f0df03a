import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  hasEnded,
  identityOf,
  type ProcessStat,
  processStat,
} from '../../../platform/service/process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A process of this machine, as it was at one look. */
export interface ProcessFacts extends ProcessIdentity, Omit<ProcessStat, 'state'> {
  /** A zombie: nothing runs, but its pid is still nobody else's. */
  ended: boolean;
}

/** Without it, processes are known only to whoever started them. */
export const hasProcessTable = (): boolean => existsSync('/proc/self/stat');

/** On a machine that forks all the time, the list is never seen without something new in it. */
const LOOKS = 10;

/**
 * Every process of this machine that may be seen; none where there is no /proc. The list is read
 * again until there is nothing new in it: one that ended before its turn came may have started
 * another, which was not there when the list was read.
 */
export function readProcessTable(): ProcessFacts[] {
  const found = new Map<string, ProcessFacts[]>();
  for (let look = 0; look < LOOKS; look += 1) {
    const fresh = pidsInProc().filter((pid) => !found.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) found.set(pid, factsOf(Number(pid)));
  }
  return [...found.values()].flat();
}

/**
 * A variable of the environment with which a process was started (proc_pid_environ(5)). Undefined
 * also where that may not be read, or the process has written over it.
 */
export function startVariable(pid: number, name: string): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return environment.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  } catch {
    return undefined;
  }
}

function factsOf(pid: number): ProcessFacts[] {
  const stat = processStat(pid);
  const identity = stat && identityOf(stat);
  if (stat === undefined || identity === undefined) return [];
  const { state: _state, ...facts } = stat;
  return [{ pid, identity, ...facts, ended: hasEnded(stat) }];
}

function pidsInProc(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
