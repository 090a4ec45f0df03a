import test from 'ava';
import { pythonJson } from '../../../schemas/redis/python-json.ts';
import { pythonRepr, pythonType } from '../../../schemas/redis/python-repr.ts';
import { pythonTime } from '../../../schemas/redis/python-time.ts';

test('JSON is what json.dumps writes: spaces behind separators, ASCII only', (t) => {
  t.is(
    pythonJson({ a: [1, -2.5, true, null, {}], 'ключ "x"': 'ä\n\t\u007f😀/' }),
    '{"a": [1, -2.5, true, null, {}], "\\u043a\\u043b\\u044e\\u0447 \\"x\\"": "\\u00e4\\n\\t\\u007f\\ud83d\\ude00/"}',
  );
});

test('a time has six digits of a second, or none at a whole one', (t) => {
  t.is(pythonTime('2026-01-04T15:30:45.120Z'), '2026-01-04T15:30:45.120000+00:00');
  t.is(pythonTime('2026-01-04T15:30:45Z'), '2026-01-04T15:30:45+00:00');
});

test('values are shown as repr shows them', (t) => {
  t.is(
    pythonRepr({ a: [1, 1.5, true, false, null], b: "it's", c: 'both \' and "', d: 'x\n\\\u0001' }),
    `{'a': [1, 1.5, True, False, None], 'b': "it's", 'c': 'both \\' and "', 'd': 'x\\n\\\\\\x01'}`,
  );
  t.deepEqual(
    [null, 'a', true, 1, 1.5, [], {}].map((value) => pythonType(value)),
    ['NoneType', 'str', 'bool', 'int', 'float', 'list', 'dict'],
  );
});
