import test from 'ava';
import { Health } from '../../../platform/service/health.ts';

test('a part is as it was last said to be, since it last changed', (t) => {
  let now = 0;
  const health = new Health(() => new Date(now));
  health.report('redis', true, 'connected');
  now = 1000;
  health.report('redis', false, 'not reachable');
  now = 2000;
  health.report('redis', false, 'still not reachable');
  health.report('a poller', true, 'polls');
  t.deepEqual(health.checks(), [
    { name: 'a poller', ok: true, detail: 'polls', since: '1970-01-01T00:00:02.000Z' },
    {
      name: 'redis',
      ok: false,
      detail: 'still not reachable',
      since: '1970-01-01T00:00:01.000Z',
    },
  ]);
});
