import test from 'ava';
import { isLive } from '../../../../core/domain/agent/agent-state.ts';
import { eventsOfStep } from '../../../../core/domain/agent/events-of-step.ts';
import { isAnsweredWorkKept } from '../../../../core/domain/agent/turn/evolve-snapshots.ts';
import { MAX_SNAPSHOTS } from '../../../../schemas/limits.ts';
import { READY, RUN, ready, sent, starting, turnStarted } from '../../../support/agent-events.ts';
import { CONTEXT, evolved, given, stored } from '../../../support/decider.ts';

const PROJECT = { id: 'proj_1' };
const COMMIT = 'a'.repeat(40);

const created = stored('command.create', {
  kind: 'line',
  ttlMs: 60_000,
  turnDeadlineMs: 60_000,
  project: PROJECT,
});
const IN_PROJECT = [created, starting, ready];

const over = (id: string) => [
  sent(id),
  turnStarted(id),
  stored(
    'turn.ended',
    { turnId: `turn-of-${id}`, answers: 1, questions: 0 },
    { correlationId: id },
  ),
];
const kept = (id: string, commit = COMMIT) =>
  stored('turn.snapshot', {
    turnId: `turn-of-${id}`,
    commit,
    files: 1,
    insertions: 1,
    deletions: 0,
  });
const answered = (id: string) => stored('response.answer', { text: 'done' }, { correlationId: id });
const undo = stored('command.undo', {}, { id: 'undo-1' });

test('what a turn in a project left is kept before the next turn, an undo and a stop', (t) => {
  const after = [...IN_PROJECT, ...over('m-1')];
  const due = { do: 'snapshot', turnId: 'turn-of-m-1', correlationId: 'm-1', before: undefined };
  t.deepEqual(given(...after).step(), due as never);
  t.deepEqual(given(...after, sent('m-2'), undo).step(), due as never);
  t.like(given(...after, kept('m-1'), sent('m-2')).step(), { do: 'open-turn' });
  const failed = stored('turn.snapshot-failed', { turnId: 'turn-of-m-1', reason: 'no git' });
  t.like(given(...after, failed, sent('m-2')).step(), { do: 'open-turn' });
  t.is(given(...READY, ...over('m-1')).step(), undefined);
});

test('of a snapshot’s two outcomes one is stored', (t) => {
  const state = evolved([...IN_PROJECT, ...over('m-1')]);
  const step = { do: 'snapshot', turnId: 'turn-of-m-1', before: undefined } as const;
  const taken = { commit: COMMIT, files: 1, insertions: 2, deletions: 3 };
  const [snapshot] = eventsOfStep(state, step, taken, CONTEXT);
  const [failed] = eventsOfStep(state, step, { failed: 'no git' }, CONTEXT);
  t.like(snapshot, { type: 'turn.snapshot', data: { turnId: 'turn-of-m-1', ...taken } });
  t.like(failed, { type: 'turn.snapshot-failed', data: { reason: 'no git' } });
  t.is(snapshot?.id, failed?.id);
});

test('an undo takes the last snapshot off, once for each, and is refused while a turn runs', (t) => {
  const two = [
    ...IN_PROJECT,
    ...over('m-1'),
    kept('m-1'),
    ...over('m-2'),
    kept('m-2', 'b'.repeat(40)),
  ];
  const step = given(...two, undo).step();
  t.like(step, {
    do: 'undo',
    commandId: 'undo-1',
    last: { turnId: 'turn-of-m-2' },
    before: { commit: COMMIT },
  });
  if (step?.do !== 'undo') return t.fail();
  const state = evolved([...two, undo]);
  t.like(eventsOfStep(state, step, { files: 3 }, CONTEXT)[0], {
    type: 'process.undone',
    data: { runId: RUN, commandId: 'undo-1', turnId: 'turn-of-m-2', commit: COMMIT, files: 3 },
  });
  t.like(eventsOfStep(state, step, { refused: 'ORC_UNKNOWN_CHANGES', detail: 'a' }, CONTEXT)[0], {
    type: 'process.rejected',
    data: { code: 'ORC_UNKNOWN_CHANGES', reason: 'There are changes that no snapshot has: a' },
  });
  const undone = (id: string) =>
    stored('process.undone', {
      runId: RUN,
      commandId: 'undo-1',
      turnId: `turn-of-${id}`,
      files: 1,
    });
  const left = evolved([...two, undo, undone('m-2')]);
  t.deepEqual(isLive(left) && left.snapshots?.map(({ turnId }) => turnId), ['turn-of-m-1']);
  t.deepEqual(left.controls, []);
  t.like(given(...IN_PROJECT, undo).step(), { do: 'reject', code: 'ORC_NO_CHANGES' });
  const busy = given(...IN_PROJECT, sent('m-1'), turnStarted('m-1'), undo);
  t.like(busy.step(), { do: 'reject', code: 'ORC_AGENT_BUSY' });
});

test('so many snapshots are kept in mind, and what is older is never taken back', (t) => {
  const many = Array.from({ length: MAX_SNAPSHOTS + 5 }, (_, n) => kept(`m-${n}`));
  const state = evolved([...IN_PROJECT, ...many]);
  t.is(isLive(state) && state.snapshots?.length, MAX_SNAPSHOTS);
  const undone = (n: number) =>
    stored('process.undone', { runId: RUN, commandId: 'u', turnId: `turn-of-m-${n}`, files: 1 });
  const newer = Array.from({ length: MAX_SNAPSHOTS - 1 }, (_, n) => undone(n + 6));
  t.like(given(...IN_PROJECT, ...many, ...newer, undo).step(), {
    do: 'reject',
    code: 'ORC_NO_CHANGES',
  });
});

test('work that the user has the answer to is kept once its turn has ended and its files were looked at', (t) => {
  const isKept = (...events: Parameters<typeof evolved>[0]) => isAnsweredWorkKept(evolved(events));
  const turn = [...IN_PROJECT, sent('m-1'), turnStarted('m-1')];
  t.true(isKept(...turn));
  t.false(isKept(...turn, answered('m-1')));
  t.false(isKept(...IN_PROJECT, ...over('m-1')));
  t.true(isKept(...IN_PROJECT, ...over('m-1'), kept('m-1')));
  t.true(isAnsweredWorkKept(undefined));
});
