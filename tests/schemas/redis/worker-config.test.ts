import test from 'ava';
import { parseWorkerConfig } from '../../../schemas/redis/worker-config.ts';

const BASE = { name: 'x', agent: 'claude-code', allowed_tools: ['respond'] };

/** Message and type of each problem. */
const problems = (config: object): string[] => {
  const parsed = parseWorkerConfig({ ...BASE, ...config });
  return parsed.ok
    ? []
    : [...parsed.error.matchAll(/^ {2}(.* \[type=\w+)/gm)].map(([, it]) => it ?? '');
};

test('what is left out has its default, and what Python takes for a number is one', (t) => {
  t.deepEqual(parseWorkerConfig(BASE), {
    ok: true,
    config: {
      name: 'x',
      agent: 'claude-code',
      allowedTools: ['respond'],
      ttlHours: 2,
      timeoutMinutes: undefined,
    },
  });
  const given = {
    ...BASE,
    ttl_hours: ' 3 ',
    timeout_minutes: 7,
    has_internet: 'off',
    env_vars: {},
  };
  t.like(parseWorkerConfig(given), { config: { ttlHours: 3, timeoutMinutes: 7 } });
});

test('each wrong value is named as pydantic names it', (t) => {
  t.deepEqual(problems({ ttl_hours: 1.5 }), [
    'Input should be a valid integer, got a number with a fractional part [type=int_from_float',
  ]);
  t.deepEqual(problems({ ttl_hours: null }), ['Input should be a valid integer [type=int_type']);
  t.deepEqual(problems({ has_internet: [] }), ['Input should be a valid boolean [type=bool_type']);
  t.deepEqual(problems({ has_internet: 'perhaps', mount_session_volume: 2 }), [
    'Input should be a valid boolean, unable to interpret input [type=bool_parsing',
    'Input should be a valid boolean, unable to interpret input [type=bool_parsing',
  ]);
  t.deepEqual(problems({ env_vars: [] }), ['Input should be a valid dictionary [type=dict_type']);
});
