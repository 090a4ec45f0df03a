import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What proc_pid_stat(5) tells of a process. */
export interface ProcessStat {
  /** The program's name, as far as the kernel keeps it: 15 bytes, which may be anything. */
  name: string;
  /** One letter; Z and X are of one that has ended. */
  state: string;
  parent: number;
  group: number;
  session: number;
  /** In ticks since the boot. */
  startedAt: number;
}

/**
 * What tells a process from a later one with the same pid: the machine's boot and the start time,
 * as one opaque text. Undefined where no such process runs (a zombie does not run).
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== 'linux') return identityFromPs(pid);
  const stat = processStat(pid);
  return stat && !hasEnded(stat) ? identityOf(stat) : undefined;
}

/** Undefined where there is no such process, or no /proc. */
export function processStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readStat(pid));
  } catch {
    return undefined;
  }
}

/** More than a stat has: 52 numbers and a name. The kernel gives all of it at the first read. */
const STAT = Buffer.alloc(4096);

/**
 * `readFileSync` takes 64 KiB anew for each file whose size is not known beforehand; of every process of a machine, at
 * each end of an agent, that was most of what the look cost.
 */
function readStat(pid: number): string {
  const file = openSync(`/proc/${pid}/stat`, 'r');
  try {
    return STAT.toString('latin1', 0, readSync(file, STAT, 0, STAT.length, 0));
  } finally {
    closeSync(file);
  }
}

export const hasEnded = ({ state }: ProcessStat): boolean => state === 'Z' || state === 'X';

/** The same identity as {@link processIdentity}, also of a process that has ended. */
export function identityOf({ startedAt }: ProcessStat): string | undefined {
  const boot = bootId();
  return boot && `${boot}/${startedAt}`;
}

function parseStat(text: string): ProcessStat | undefined {
  // The name stands in parentheses and may hold anything; the fields follow the last one.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startedAt = Number(fields[19]);
  if (state === undefined || Number.isNaN(startedAt)) return undefined;
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startedAt,
  };
}

let boot: string | undefined;

function bootId(): string | undefined {
  try {
    boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  } catch {
    // No /proc: nothing is known of any process.
  }
  return boot;
}

function identityFromPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return started.trim() || undefined;
  } catch {
    return undefined;
  }
}
