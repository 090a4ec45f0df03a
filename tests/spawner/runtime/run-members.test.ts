import test from 'ava';
import type { ProcessFacts } from '../../../spawner/runtime/local/process-table.ts';
import { membersOf, type RunEvidence } from '../../../spawner/runtime/local/run-members.ts';

/** A process in a session and a group; its pid is its own. */
function facts(pid: number, own: Partial<ProcessFacts> = {}): ProcessFacts {
  const startedAt = own.startedAt ?? pid;
  const numbers = { parent: 1, group: pid, session: pid, startedAt };
  return { pid, identity: `boot/${startedAt}`, name: 'any', ended: false, ...numbers, ...own };
}

const KEEPER = facts(10);
const AGENT = facts(11, { parent: 10, session: 10 });
const PUMP = facts(12, { parent: 10, session: 10 });
const WATCHDOG = facts(13, { parent: 10, session: 10 });
const STRANGER = facts(99, { parent: 1 });

const EVIDENCE: RunEvidence = {
  noted: { keeper: KEEPER, agent: AGENT, pump: PUMP, watchdog: WATCHDOG },
  isMarked: () => false,
  inCgroup: new Set(),
  known: new Map(),
};

const found = (all: readonly ProcessFacts[], own: Partial<RunEvidence> = {}) =>
  membersOf(all, { ...EVIDENCE, ...own }).map(({ pid }) => pid);

const RUNNING = [KEEPER, AGENT, PUMP, WATCHDOG, STRANGER];

test('the agent belongs to its run; its keeper’s processes and strangers do not', (t) => {
  t.deepEqual(found(RUNNING), [11]);
});

test('what is in the keeper’s session belongs to the run, but for what the keeper itself has started', (t) => {
  const copying = facts(20, { parent: 12, group: 12, session: 10 });
  const left = facts(21, { parent: 1, session: 10 });
  t.deepEqual(found([...RUNNING, copying, left]), [11, 21]);
});

test('a session or group of this number proves nothing once nobody who was noted is in it', (t) => {
  const ofLater = facts(30, { parent: 1, group: 11, session: 10 });
  t.deepEqual(found([STRANGER, ofLater]), []);
  // As soon as its first holder has ended, the number may be given to another.
  const later = facts(10, { startedAt: 5000 });
  t.deepEqual(found([later, ofLater, STRANGER]), []);
});

test('a session that is held by the keeper’s own processes is the run’s, also without the keeper', (t) => {
  const left = facts(21, { parent: 1, session: 10 });
  t.deepEqual(found([PUMP, left, STRANGER]), [21]);
});

test('a zombie holds its numbers, and is nothing to be ended', (t) => {
  const zombie = { ...AGENT, ended: true };
  const left = facts(21, { parent: 1, group: 11, session: 10 });
  t.deepEqual(found([zombie, left, STRANGER]), [21]);
});

test('a pid of the run that another process has by now is not the run’s', (t) => {
  const reused = facts(11, { startedAt: 5000 });
  t.deepEqual(found([reused], { known: new Map([[11, AGENT.identity]]) }), []);
});

test('what bears the mark, is in the cgroup or was met before belongs to the run', (t) => {
  const others = [facts(40), facts(41), facts(42), STRANGER];
  const own = {
    isMarked: ({ pid }: ProcessFacts) => pid === 40,
    inCgroup: new Set([41]),
    known: new Map([[42, 'boot/42']]),
  };
  t.deepEqual(found(others, own), [40, 41, 42]);
});

test('what one of the run has started belongs to it, through any number of them', (t) => {
  const chain = [facts(52, { parent: 51 }), facts(51, { parent: 50 }), facts(50, { parent: 11 })];
  t.deepEqual(found([...RUNNING, ...chain]).toSorted(), [11, 50, 51, 52]);
});

test('a session that one of the run leads is the run’s, whoever started its processes', (t) => {
  const leader = facts(60);
  const orphan = facts(61, { parent: 1, session: 60 });
  t.deepEqual(found([leader, orphan], { isMarked: ({ pid }) => pid === 60 }), [60, 61]);
});
