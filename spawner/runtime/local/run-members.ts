import type { ProcessIdentity } from './process-identity.ts';
import type { ProcessFacts } from './process-table.ts';
import type { RunProcesses } from './run-folder.ts';

/** By what the processes of a run are recognised. */
export interface RunEvidence {
  /** What its keeper noted, where it did; with the keeper alone while it has not yet. */
  noted: Partial<RunProcesses>;
  /** Does a process bear the run's mark? */
  isMarked: (process: ProcessFacts) => boolean;
  /** The pids of its cgroup. */
  inCgroup: ReadonlySet<number>;
  /** Those that were its processes at an earlier look, by pid. */
  known: ReadonlyMap<number, string>;
}

/**
 * The processes of a run that have not ended, but for those of its keeper. Recognised are: the
 * agent, its process group, what is in the keeper's session, in the run's cgroup, bears its mark or
 * was recognised earlier; and then whatever one of these has started, or is in a session that one
 * of these leads. A number of a group or session proves nothing by itself, for it is given to others
 * once the last member has ended: it counts while one that the keeper noted still has it. Pure.
 */
export function membersOf(all: readonly ProcessFacts[], run: RunEvidence): ProcessFacts[] {
  const { agent, keeper } = run.noted;
  const own = [keeper, run.noted.pump, run.noted.watchdog];
  const isOwn = (process: ProcessFacts) => own.some((each) => isSame(process, each));
  const ownGroups = new Set(all.filter(isOwn).map(({ pid }) => pid));
  const held = (number: 'group' | 'session', leader: ProcessIdentity | undefined) =>
    all.some(
      (process) => process[number] === leader?.pid && (isOwn(process) || isSame(process, agent)),
    );
  const groupHeld = held('group', agent);
  const sessionHeld = held('session', keeper);
  const isFirst = (process: ProcessFacts) =>
    run.known.get(process.pid) === process.identity ||
    run.inCgroup.has(process.pid) ||
    isSame(process, agent) ||
    (groupHeld && process.group === agent?.pid) ||
    (sessionHeld && process.session === keeper?.pid && !ownGroups.has(process.group)) ||
    run.isMarked(process);
  const others = all.filter((process) => !isOwn(process));
  const found = new Set(others.filter(isFirst));
  addWhatTheyStarted(found, others);
  return others.filter((process) => found.has(process) && !process.ended);
}

function addWhatTheyStarted(found: Set<ProcessFacts>, others: readonly ProcessFacts[]): void {
  const pids = new Set([...found].map(({ pid }) => pid));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const process of others) {
      if (!pids.has(process.parent) && !pids.has(process.session)) continue;
      found.add(process);
      pids.add(process.pid);
    }
  }
}

const isSame = (process: ProcessFacts, noted: ProcessIdentity | undefined): boolean =>
  process.pid === noted?.pid && process.identity === noted.identity;
