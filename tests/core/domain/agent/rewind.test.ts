import test from 'ava';
import { isLive } from '../../../../core/domain/agent/agent-state.ts';
import { eventsOfStep } from '../../../../core/domain/agent/events-of-step.ts';
import { READY, RUN, ready, sent, starting, turnStarted } from '../../../support/agent-events.ts';
import { CONTEXT, evolved, given, stored } from '../../../support/decider.ts';

const created = stored('command.create', {
  kind: 'line',
  ttlMs: 60_000,
  turnDeadlineMs: 60_000,
  project: { id: 'proj_1' },
});
const over = (id: string, digit: string) => [
  sent(id),
  turnStarted(id),
  stored('turn.ended', { turnId: `turn-of-${id}`, answers: 1, questions: 0 }),
  stored('turn.snapshot', {
    turnId: `turn-of-${id}`,
    commit: digit.repeat(40),
    files: 1,
    insertions: 1,
    deletions: 0,
  }),
];
const THREE = [
  created,
  starting,
  ready,
  ...over('m-1', 'a'),
  ...over('m-2', 'b'),
  ...over('m-3', 'c'),
];
const to = { turnId: 'turn-of-m-1', sequence: 6 };
const rewind = (what: { conversation?: true; files?: true }) =>
  stored('command.rewind', { ...to, ...what }, { id: 'back' });
const both = rewind({ conversation: true, files: true });
const undone = stored('process.undone', {
  runId: RUN,
  commandId: 'back',
  turnId: 'turn-of-m-3',
  to: 'turn-of-m-1',
  commit: 'a'.repeat(40),
  files: 2,
});
const stopped = stored('process.stopped', { runId: RUN, reason: 'stop', code: 0, signal: null });

test('a rewind brings the files back, ends the process, and goes on from that turn', (t) => {
  const step = given(...THREE, both, sent('m-4')).step();
  const last = { turnId: 'turn-of-m-3', commit: 'c'.repeat(40) };
  const before = { turnId: 'turn-of-m-1', commit: 'a'.repeat(40) };
  t.deepEqual(step, { do: 'undo', commandId: 'back', last, before, to: 'turn-of-m-1' });
  if (step?.do !== 'undo') return t.fail();
  const [told] = eventsOfStep(evolved([...THREE, both]), step, { files: 2 }, CONTEXT);
  t.like(told, { type: 'process.undone', data: undone.data });

  const half = evolved([...THREE, both, sent('m-4'), undone]);
  t.deepEqual(isLive(half) && half.snapshots, [before]);
  t.deepEqual(given(...THREE, both, sent('m-4'), undone).step(), { do: 'stop', reason: 'stop' });

  const ended = [...THREE, both, sent('m-4'), undone, stopped];
  const resume = { do: 'resume', commandId: 'back', rewound: to } as const;
  t.deepEqual(given(...ended).step(), resume, 'before what waits for it is refused');
  const place = { runtime: 'local', place: 'here', memory: 'digest' } as const;
  const [resumed] = eventsOfStep(evolved(ended), resume, place, CONTEXT);
  t.like(resumed, { type: 'process.resumed', data: { commandId: 'back', rewound: to } });
  if (resumed?.type !== 'process.resumed') return t.fail();
  const state = evolved([...ended, stored('process.resumed', resumed.data)]);
  t.like(state, { phase: 'requested', controls: [], resumed: { memory: 'digest', rewound: to } });
  t.is(state.queue.length, 1);
});

test('a rewind of one of both does that alone', (t) => {
  t.like(given(...THREE, rewind({ conversation: true })).step(), { do: 'stop' });
  const files = evolved([...THREE, rewind({ files: true }), undone]);
  t.deepEqual(files.controls, []);
  t.like(given(...READY, rewind({ conversation: true }), stopped).step(), { do: 'resume' });
});

test('a rewind is refused while a turn runs, without a snapshot, and of the files of one that has ended', (t) => {
  const busy = given(...THREE, sent('m-4'), turnStarted('m-4'), both).step();
  t.like(busy, { do: 'reject', commandId: 'back', code: 'ORC_AGENT_BUSY' });
  t.like(given(...READY, both).step(), { do: 'reject', code: 'ORC_NO_CHANGES' });
  t.like(given(...THREE, stopped, both).step(), { do: 'reject', code: 'ORC_AGENT_ENDED' });
});
