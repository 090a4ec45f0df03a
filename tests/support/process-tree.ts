import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { serviceOf } from './programs.ts';

interface ProcessFacts {
  pid: number;
  parent: number;
  session: number;
  command: string;
}

/** Every process of this machine, from /proc. */
export function processes(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => facts(Number(name)));
}

function facts(pid: number): ProcessFacts[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command stands in parentheses and may hold anything; the numbers follow the last one.
    const [, parent = 0, , session = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return [{ pid, parent, session, command }];
  } catch {
    return [];
  }
}

/**
 * The pids of a process and its descendants in the same session, services among them: a whole
 * system, but not its agents, which are in sessions of their own.
 */
export function systemTree(root: number): number[] {
  const all = processes();
  const session = all.find(({ pid }) => pid === root)?.session;
  const found = [root];
  for (const pid of found) {
    const isOfSystem = (one: ProcessFacts) =>
      one.session === session || serviceOf(one.command) !== undefined;
    const children = all.filter((one) => one.parent === pid && isOfSystem(one));
    found.push(...children.map((one) => one.pid));
  }
  return found;
}

/** The services of a system by their names, as the system log has them. */
export const serviceProcesses = (root: number): { pid: number; service: string }[] =>
  processes()
    .filter(({ parent }) => parent === root)
    .flatMap(({ pid, command }) => {
      const service = serviceOf(command);
      return service === undefined ? [] : [{ pid, service }];
    });

/** The pids of the processes whose program has this name and whose arguments name the folder. */
export const processesNamed = (program: string, folder: string): number[] =>
  processes()
    .filter(({ command }) => command.includes(folder))
    .filter(({ command }) => basename(command.split(' ')[0] ?? '') === program)
    .map(({ pid }) => pid);

/** The pids of the children of these. */
export const childrenOf = (parents: readonly number[]): number[] =>
  processes()
    .filter(({ parent }) => parents.includes(parent))
    .map(({ pid }) => pid);

/** The processes of a data folder: its path is in their command line or their environment. */
export const processesWith = (folder: string): number[] =>
  processes()
    .filter(({ command, pid }) => command.includes(folder) || environmentOf(pid).includes(folder))
    .map(({ pid }) => pid)
    .filter((pid) => pid !== process.pid);

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** `kill -9` of each, all at once; one that is gone already is as good as killed. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {}
  }
}
