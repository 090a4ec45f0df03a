import test from 'ava';
import fc from 'fast-check';
import { decidedSteps } from '../../../core/operator/decided-steps.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { parseSubject } from '../../../schemas/subjects.ts';
import { AGENT } from '../../support/decider.ts';
import { anyEvent } from '../../support/event-arbitraries.ts';
import { historyNames, readHistory } from '../../support/recorded-history.ts';

/** By agent, what the log says of it. */
async function eventsByAgent(name: string): Promise<Map<string, StoredEvent[]>> {
  const parsed = (await readHistory(name)).map(parseEvent);
  const events = parsed.flatMap((each) => (each.kind === 'event' ? [each.event] : []));
  return Map.groupBy(events, ({ subject }) => {
    const address = parseSubject(subject);
    return address && 'agentId' in address ? address.agentId : '';
  });
}

test('a turn that was reminded and failed was decided by what its agent said', async (t) => {
  const [[agentId, events] = ['', []]] = await eventsByAgent('nudge-and-failure');
  const turns = events.filter((event) => event.type === 'turn.started');
  const [answered, failed] = turns.map(({ data }) => decidedSteps(agentId, data.turnId, events));
  t.deepEqual(answered?.traits.endOfTurn, 'signal');
  const told = (steps: typeof answered) =>
    steps?.steps.map(({ do: step, after, stated }) => `${after.type} → ${step} → ${stated?.type}`);
  const begun = (by: string) => [
    `${by} → open-turn → turn.started`,
    'turn.started → deliver → process.delivered',
    'turn.signalled → nudge → turn.nudged',
  ];
  t.deepEqual(told(answered), [
    ...begun('process.ready'),
    'turn.signalled → end-turn → turn.ended',
  ]);
  t.deepEqual(told(failed), [...begun('command.send'), 'turn.signalled → fail-turn → turn.failed']);
  t.regex(failed?.steps.at(-1)?.because ?? '', /again without a word, after it had been reminded/);
});

for (const name of historyNames()) {
  test(`${name}: each end of a turn is explained`, async (t) => {
    for (const [agentId, events] of await eventsByAgent(name)) {
      for (const over of events) {
        if (over.type !== 'turn.ended' && over.type !== 'turn.failed') continue;
        const { steps } = decidedSteps(agentId, over.data.turnId, events);
        const found = steps.filter(({ stated }) => stated?.sequence === over.sequence);
        t.is(found.length, 1, `event ${over.sequence}`);
      }
    }
    t.pass();
  });
}

test('no events whatever break it', (t) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      decidedSteps(AGENT, 'turn-1', events);
    }),
  );
  t.pass();
});
