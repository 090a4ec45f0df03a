import test from 'ava';
import { isLive } from '../../../../core/domain/agent/agent-state.ts';
import {
  type ClusterView,
  claimOf,
  hasOtherTaker,
  isIdle,
} from '../../../../core/domain/agent/claim.ts';
import {
  called,
  created,
  EXPIRES,
  exited,
  READY,
  RUN,
  sent,
  starting,
  working,
} from '../../../support/agent-events.ts';
import { evolved, stored } from '../../../support/decider.ts';

type Nodes = Record<string, { place: string; draining?: boolean }>;

const HERE = { a: { place: 'here' }, b: { place: 'here' } };

function view(node: string, nodes: Nodes, own: Partial<ClusterView> = {}): ClusterView {
  const all = Object.entries(nodes).map(([name, { place, draining = false }]) => {
    return [name, { places: [place, `docker-of-${name}`], draining }] as const;
  });
  const self = { node, place: nodes[node]?.place ?? 'here', holder: `holder-of-${node}` };
  return { self, nodes: new Map(all), settled: true, isSilentForLong: () => false, ...own };
}

/** A ready agent of a node, as its process states it. */
const ownedBy = (node: string, place = 'here', holder = `holder-of-${node}`) =>
  evolved([
    created,
    stored('process.starting', {
      runId: RUN,
      node,
      epoch: 1,
      runtime: 'local',
      expiresAt: EXPIRES,
      place,
      holder,
    }),
    stored('process.ready', { runId: RUN }),
  ]);

const released = stored('process.released', { runId: RUN, epoch: 1, reason: 'drain' });

test('the process that stated it acts, and a newer process of its node takes it', (t) => {
  t.is(claimOf(ownedBy('a'), view('a', HERE)), 'act');
  t.is(claimOf(ownedBy('a', 'here', 'an earlier one'), view('a', HERE)), 'take');
});

test('what a living node owns is left alone, also by one that shares its place', (t) => {
  t.is(claimOf(ownedBy('a'), view('b', HERE)), 'leave');
});

test('what a node that is gone had is taken by one of its place, once the others had time', (t) => {
  const nodes = { b: { place: 'here' }, c: { place: 'here' }, d: { place: 'there' } };
  const claims = ['b', 'c'].map((node) => claimOf(ownedBy('a'), view(node, nodes)));
  t.deepEqual(claims.sort(), ['leave', 'take']);
  t.is(claimOf(ownedBy('a'), view('d', nodes, { isSilentForLong: () => true })), 'leave');
  t.is(claimOf(ownedBy('a'), view('b', { b: { place: 'here' } }, { settled: false })), 'leave');
});

test('what an older version started, which stated no place, is taken at once where it lives', (t) => {
  const old = evolved([...READY]);
  const nodes = { 'node-test-main': { place: 'node-test' } };
  t.is(claimOf(old, view('node-test-main', nodes, { settled: false })), 'take');
  t.is(claimOf(old, view('b', { b: { place: 'there' } })), 'leave');
});

test('a node of several places takes what is in any of them', (t) => {
  const nodes = { b: { place: 'there' }, c: { place: 'elsewhere' } };
  t.is(claimOf(ownedBy('a', 'docker-of-b'), view('b', nodes)), 'take');
  t.is(claimOf(ownedBy('a', 'docker-of-b'), view('c', nodes)), 'leave');
});

test('one that drains takes what is left only where nobody else can', (t) => {
  const both = { b: { place: 'here', draining: true }, c: { place: 'here' } };
  t.is(claimOf(ownedBy('a'), view('b', both)), 'leave');
  t.is(claimOf(ownedBy('a'), view('c', both)), 'take');
  t.is(claimOf(ownedBy('a'), view('b', { b: { place: 'here', draining: true } })), 'take');
});

test('where nobody of a place is left it is given up after the grace time, by one of all', (t) => {
  const nodes = { c: { place: 'there' }, d: { place: 'elsewhere' } };
  for (const node of ['c', 'd']) t.is(claimOf(ownedBy('a'), view(node, nodes)), 'leave');
  const long = { isSilentForLong: (node: string) => node === 'a' };
  const claims = ['c', 'd'].map((node) => claimOf(ownedBy('a'), view(node, nodes, long)));
  t.deepEqual(claims.sort(), ['give-up', 'leave']);
});

test('what was released is taken by one of its place that does not drain', (t) => {
  const state = evolved([released], ownedBy('a'));
  const nodes = { a: { place: 'here', draining: true }, b: { place: 'here' } };
  t.is(claimOf(state, view('a', nodes)), 'leave', 'its former owner does not act');
  t.is(claimOf(state, view('b', nodes)), 'take');
  t.is(claimOf(state, view('a', { a: { place: 'here', draining: true } })), 'take');
  const taken = stored('process.starting', {
    runId: RUN,
    node: 'b',
    epoch: 2,
    runtime: 'local',
    expiresAt: EXPIRES,
    place: 'here',
    holder: 'holder-of-b',
  });
  t.is(claimOf(evolved([taken], state), view('b', nodes)), 'act');
});

test('a release, or a start, of an epoch that is over changes nothing', (t) => {
  const state = ownedBy('a');
  t.deepEqual(evolved([starting], state), state);
  const old = stored('process.released', { runId: RUN, epoch: 7, reason: 'drain' });
  t.deepEqual(evolved([old], state), state);
  t.is(evolved([released]).phase, 'unknown');
});

test('a requested agent is for whoever is handed its create', (t) => {
  t.is(claimOf(evolved([created]), view('a', HERE)), 'leave');
});

test('an agent that nobody created, or that has ended, is answered for by one', (t) => {
  const [unknown, ended] = [evolved([sent('m-1')]), evolved([exited], ownedBy('z'))];
  const claims = (state: typeof unknown) =>
    ['a', 'b'].map((node) => claimOf(state, view(node, HERE))).sort();
  t.deepEqual(claims(unknown), ['act', 'leave']);
  t.deepEqual(claims(ended), ['act', 'leave'], 'where its last node is gone');
  t.is(claimOf(evolved([exited], ownedBy('a')), view('a', HERE)), 'act', 'its last node first');
  t.is(claimOf(evolved([exited], ownedBy('a')), view('b', HERE)), 'leave');
  const elsewhere = evolved([exited], ownedBy('z', 'there'));
  t.deepEqual(claims(elsewhere), ['act', 'leave']);
});

test('another taker is a living node of the same place that does not drain', (t) => {
  const state = ownedBy('a');
  if (!isLive(state)) return t.fail();
  t.true(hasOtherTaker(state, view('a', HERE)));
  t.false(hasOtherTaker(state, view('a', { a: { place: 'here' }, b: { place: 'there' } })));
  const draining = { a: { place: 'here' }, b: { place: 'here', draining: true } };
  t.false(hasOtherTaker(state, view('a', draining)));
});

test('an agent is idle when it is ready and nothing waits for it', (t) => {
  t.true(isIdle(evolved(READY)));
  for (const events of [
    [created],
    [created, starting],
    working(),
    [...READY, sent('m-1')],
    [...READY, called()],
    [...READY, exited],
  ]) {
    t.false(isIdle(evolved(events)));
  }
});
