import test, { type ExecutionContext } from 'ava';
import { pino } from 'pino';
import { ConnectionMeter } from '../../spawner/connection-meter.ts';

const NOISY = 'agent-0123456789ab';
const QUIET = 'agent-ba9876543210';

/** Answers one after the other; undefined: the server does not answer. The last one stays. */
function meterOf(t: ExecutionContext, answers: (ReadonlyMap<string, number> | undefined)[]) {
  const excess: string[] = [];
  const asked = answers.map(() => Promise.withResolvers<void>());
  let next = 0;
  const meter = new ConnectionMeter({
    count: async () => {
      const counts = answers[next];
      // What came of the answer before is seen by now.
      if (next > 0) asked[next - 1]?.resolve();
      next = Math.min(next + 1, answers.length - 1);
      if (counts === undefined) throw new Error('no answer');
      return counts;
    },
    quota: 3,
    logger: pino({ level: 'silent' }),
    onExcess: (agentId) => excess.push(agentId),
    everyMs: 5,
  });
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  meter.start(abort.signal);
  return { meter, excess, after: (answer: number) => asked[answer]?.promise };
}

test('an agent with more connections than it may have is told of, and no other', async (t) => {
  const counts = new Map([
    [NOISY, 4],
    [QUIET, 3],
  ]);
  const { meter, excess, after } = meterOf(t, [counts, counts]);
  await after(0);
  t.is(meter.of(NOISY), 4);
  t.is(meter.of(QUIET), 3);
  t.is(meter.of('agent-000000000000'), 0);
  t.deepEqual([...new Set(excess)], [NOISY]);
});

test('what cannot be counted any more says nothing against an agent', async (t) => {
  const { meter, after } = meterOf(t, [new Map([[NOISY, 4]]), undefined, undefined]);
  await after(1);
  t.is(meter.of(NOISY), 0);
});

test('without keys nothing is counted', (t) => {
  const meter = new ConnectionMeter({
    count: undefined,
    quota: 3,
    logger: pino({ level: 'silent' }),
    onExcess: () => t.fail(),
  });
  meter.start(AbortSignal.abort());
  t.is(meter.of(NOISY), 0);
});
