import test from 'ava';
import { readSettings } from '../../agents/load-settings.ts';
import { expectedServices, type ServiceHealth, systemHealth } from '../../schemas/health.ts';

const expectedOf = (environment: Record<string, string>) => {
  const result = readSettings(environment);
  if (!result.ok) throw new Error('the settings are wrong');
  return expectedServices(result.settings);
};

const answer = (service: string, ...ok: boolean[]): ServiceHealth => ({
  service,
  node: 'node-a',
  pid: 1,
  version: '1.0.0',
  startedAt: '2026-01-04T15:00:00.000Z',
  checks: ok.map((each, index) => ({
    name: `check-${index}`,
    ok: each,
    detail: 'said',
    since: '2026-01-04T15:00:00.000Z',
  })),
});

test('the bot is expected where it has a token, the Redis adapters where there is a Redis', (t) => {
  t.deepEqual(expectedOf({}), ['projections', 'spawner']);
  t.deepEqual(expectedOf({ TELEGRAM_BOT_TOKEN: 'x' }), ['projections', 'spawner', 'bot']);
  t.deepEqual(expectedOf({ ORCHESTRATOR_REDIS_URL: 'redis://r' }), [
    'projections',
    'spawner',
    'redis',
  ]);
});

test('a system is well when all that is expected answers and every check is well', (t) => {
  const expected = ['projections', 'spawner'];
  t.true(systemHealth(expected, [answer('spawner', true), answer('projections')]).ok);
  t.false(systemHealth(expected, [answer('spawner', true, false), answer('projections')]).ok);
  t.deepEqual(systemHealth(expected, [answer('spawner')]).missing, ['projections']);
  t.false(systemHealth(expected, [answer('spawner')]).ok);
  t.false(
    systemHealth(expected, [answer('spawner'), answer('projections'), answer('extra', false)]).ok,
    'what answers without being expected counts as well',
  );
});
