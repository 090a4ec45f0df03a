import test from 'ava';
import { RESPONSES_STREAM } from '../../../schemas/redis/keys.ts';
import { AGENT, answer } from '../../core/log/events.ts';
import { until } from '../../support/redis.ts';
import { startAdapters } from './adapters.ts';

test('a response stands in the stream with the fields that every older reader takes', async (t) => {
  const { log, redis } = await startAdapters(t);
  await log.append(answer('r-1', 'Готово ✓'));
  const entries = await until(async () => {
    const found = await redis.entries(RESPONSES_STREAM);
    return found.length > 0 ? found : undefined;
  }, 'the response');
  t.deepEqual(
    entries.map(({ fields }) => fields),
    [
      [
        ['agent_id', AGENT],
        ['type', 'answer'],
        ['message', 'Готово ✓'],
        ['timestamp', '2026-01-04T15:30:45+00:00'],
        ['data', '{"event_id": "r-1"}'],
      ],
    ],
  );
});
