import test from 'ava';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem, serializeSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { patched } from '../../core/operator/json-patch.ts';
import { WatchedFold } from '../../core/operator/watched-fold.ts';
import { StateHistory } from '../../core/projection/state-history.ts';
import { judged, shownDifferences } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { recordedDay } from '../support/recorded-day/day.ts';

/** `npm run chaos` has a whole day; each `npm test` an hour of one. */
const EVENTS = Number(process.env.CHAOS_DAY_EVENTS ?? 3_000);
const PLACES = EVENTS >= 50_000 ? 200 : 20;
const PAIRS = EVENTS >= 50_000 ? 20 : 5;

const { seed, next } = random();
const day = recordedDay({ seed, events: EVENTS });
const { messages } = day;
const signal = AbortSignal.timeout(600_000);

/** A log that is read from memory. */
const log = {
  async *read({ from, until = messages.length }: Parameters<EventLog['read']>[0]) {
    const first = 'sequence' in from ? from.sequence : 1;
    yield* messages.slice(first - 1, until) as ReturnType<EventLog['read']> extends AsyncIterable<
      infer M
    >
      ? M[]
      : never;
  },
} as Pick<EventLog, 'read'>;

test('a recorded day has what a day has', (t) => {
  const types = new Set(messages.map((message) => message.header('ce-type')));
  const agents = new Set(
    messages.flatMap(({ subject }) => /^agents\.(agent-\w+)/.exec(subject)?.[1] ?? []),
  );
  t.log(
    `seed ${seed}: ${messages.length} events of ${types.size} types, ${agents.size} agents, to ${day.date.toISOString()}`,
  );
  t.true(agents.size >= 20);
  for (const type of [
    'process.exited',
    'process.interrupted',
    'job.completed',
    'delivery.confirmed',
    'turn.failed',
  ]) {
    t.true(types.has(type), type);
  }
});

test('what was decided on a recorded day is what is decided anew', (t) => {
  const verdict = judged(messages);
  t.log(`${verdict.differ} of ${verdict.decisions} decisions differ`);
  t.deepEqual(shownDifferences(verdict), []);
});

test('the state as of any place of a recorded day is the fold from zero to there', async (t) => {
  const history = new StateHistory(log);
  const places = Array.from({ length: PLACES }, () => 1 + next(messages.length));
  const folded = foldedAt(new Set(places));
  for (const place of places) {
    t.is<string | undefined, string | undefined>(
      hashSystem(await history.at(place, signal)),
      folded.get(place),
      `as of ${place}`,
    );
  }
  t.log(`${PLACES} places`);
});

test('the difference of two places of a recorded day, made on the state of the first, gives that of the second', async (t) => {
  const history = new StateHistory(log);
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const [from = 0, to = 0] = [next(messages.length), next(messages.length)].sort((a, b) => a - b);
    const before = await history.at(from, signal);
    const plain: unknown = JSON.parse(serializeSystem(before));
    const fold = new WatchedFold(before);
    for (const message of messages.slice(from, to)) fold.take(message);
    const after: unknown = JSON.parse(serializeSystem(await history.at(to, signal)));
    t.deepEqual(patched(plain, fold.changes()), after, `${from} to ${to}`);
  }
});

/** The hashes of the state as of these places, of one fold from the first event. */
function foldedAt(places: ReadonlySet<number>): Map<number, string> {
  const state = initialSystem();
  const hashes = new Map<number, string>();
  for (const message of messages) {
    foldMessage(state, message);
    if (places.has(message.sequence)) hashes.set(message.sequence, hashSystem(state));
  }
  return hashes;
}
