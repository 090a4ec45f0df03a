import test from 'ava';
import { digestOf } from '../../../../core/conversation/digest.ts';
import type { EndedAgent } from '../../../../core/domain/agent/agent-state.ts';
import { nextHomeStep } from '../../../../core/domain/agent/home-retention.ts';
import { resumeEvents } from '../../../../core/domain/agent/run/resume-events.ts';
import { exited, READY, TTL_MS, TURN_DEADLINE_MS } from '../../../support/agent-events.ts';
import { CONTEXT, evolved, given, stored } from '../../../support/decider.ts';

const asked = (id: string) => stored('command.resume', {}, { id });
const sent = (id: string) => stored('command.send', { text: id, mode: 'join' }, { id });

const TOLD = { runtime: 'local', place: 'here', memory: 'session' } as const;
const DAY_MS = 86_400_000;

/** What was decided for the first `resume`, and the state after it. */
const resumed = (...events: Parameters<typeof given>) =>
  given(...events).when((state: EndedAgent) =>
    resumeEvents(state, { do: 'resume', commandId: 'r-1' }, TOLD, CONTEXT),
  );

test('an agent that has ended goes on before what waits for it is refused', (t) => {
  const ended = [...READY, exited, asked('r-1'), sent('m-1')];
  t.deepEqual(given(...ended).step(), { do: 'resume', commandId: 'r-1' });
  const { state, events } = resumed(...ended, asked('r-2'));
  t.deepEqual(
    events.map(({ type }) => type),
    ['process.resumed', 'process.starting', 'timer.ttl'],
  );
  t.like(state, { phase: 'starting', earlierRuns: 1, controls: [], run: { place: 'here' } });
  t.is(state.queue.length, 1);
});

test('a further run is of the agent as it was created', (t) => {
  const made = {
    kind: 'line',
    ttlMs: TTL_MS,
    turnDeadlineMs: TURN_DEADLINE_MS,
    name: 'ann-1',
    model: 'm',
    effort: 'high',
    project: { id: 'proj_1' },
    allowedTools: ['deploy'],
    ordered: { jobId: 'job_1', by: 'agent-00000000000b', depth: 2 },
  };
  const { state } = resumed(
    stored('command.create', made),
    ...READY.slice(1),
    exited,
    asked('r-1'),
  );
  t.like(state, { phase: 'starting', ...made });
});

test('one that lives, or is to, does so already: the command leaves no trace', (t) => {
  for (const events of [READY.slice(0, 1), READY]) {
    t.deepEqual(evolved([...events, asked('r-1')]), evolved(events));
  }
});

test('one that is to be stopped goes on when it has ended, with what came for it', (t) => {
  const stop = stored('command.stop', { reason: 'asked' });
  const state = evolved([...READY, stop, asked('r-1'), sent('m-1'), exited]);
  t.like(state, { phase: 'ended', controls: [{ name: 'resume', commandId: 'r-1' }] });
  t.is(state.queue.length, 1);
});

test('what was minted for earlier runs counts no more, until it has expired by itself', (t) => {
  const { state } = resumed(...READY, exited, asked('r-1'));
  if (state.phase !== 'starting') return t.fail();
  const [revoked] = state.revoked ?? [];
  t.is(revoked?.user, state.agentId);
  t.truthy(state.run.resumed);
});

test('of one whose home is removed, or that was deleted, nothing goes on', (t) => {
  const [{ endedAt }] = [given(...READY, exited).state as EndedAgent];
  const removed = stored('process.home-removed', { endedAt });
  const state = evolved([...READY, exited, removed]) as EndedAgent;
  t.true(state.homeRemoved);
  const refused = resumeEvents(
    evolved([sent('m-1')], state) as EndedAgent,
    { do: 'resume', commandId: 'r-1' },
    { refused: 'its files are removed' },
    CONTEXT,
  );
  const code = 'ORC_NOT_RESUMABLE';
  t.like(refused[0], { type: 'process.rejected', data: { commandId: 'r-1', code } });
  t.like(refused[1], { type: 'process.rejected', data: { commandId: 'm-1', code } });
});

test('a home is told of, stated as removed when its day is over, and then removed', (t) => {
  const state = given(...READY, exited).state as EndedAgent;
  const after = (days: number) => new Date(Date.parse(state.endedAt) + days * DAY_MS);
  const retention = 10 * DAY_MS;
  t.is(nextHomeStep(state, retention, after(8)), undefined);
  const removeAt = after(10).toISOString();
  t.deepEqual(nextHomeStep(state, retention, after(9)), { do: 'tell', removeAt });
  const told = { ...state, homeDue: removeAt };
  t.is(nextHomeStep(told, DAY_MS, after(9.5)), undefined, 'not before the day that was told');
  t.deepEqual(nextHomeStep(told, retention, after(10)), { do: 'state-removal' });
  t.deepEqual(nextHomeStep({ ...told, homeRemoved: true }, retention, after(10)), { do: 'remove' });
  t.deepEqual(nextHomeStep({ ...state, deleted: true }, retention, after(0)), { do: 'remove' });
  t.is(nextHomeStep(evolved(READY), retention, after(99)), undefined);
});

test('a digest holds the last of what was said, and no more than fits', (t) => {
  t.is(digestOf([]), '');
  const many = Array.from({ length: 100 }, (_, at) => ({
    by: at % 2 === 0 ? ('user' as const) : ('agent' as const),
    text: `${at} ${'x'.repeat(2_000)}`,
  }));
  const digest = digestOf(many);
  t.true(digest.length < 7_000);
  t.regex(digest, /the last \d of 100 messages/);
  t.true(digest.includes('You: 99 x'));
  t.false(digest.includes('The user: 0 x'));
});
