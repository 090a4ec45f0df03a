import test from 'ava';
import { dataSchemaUri, schemaVersion } from '../../schemas/cloud-event.ts';
import { upcast } from '../../schemas/upcasters.ts';

const TABLE = {
  'response.answer': {
    1: (data: unknown) => ({ body: data }),
    2: (data: unknown) => ({ text: JSON.stringify(data) }),
  },
};

test('old data goes through every version up to the present one', (t) => {
  t.deepEqual(upcast('response.answer', 1, 'x', TABLE), { text: '{"body":"x"}' });
  t.deepEqual(upcast('response.answer', 2, 'x', TABLE), { text: '"x"' });
});

test('present data, newer data and other types stay as they are', (t) => {
  t.is(upcast('response.answer', 3, 'x', TABLE), 'x');
  t.is(upcast('response.answer', 9, 'x', TABLE), 'x');
  t.is(upcast('response.question', 1, 'x', TABLE), 'x');
  t.is(upcast('response.answer', 1, 'x'), 'x');
});

test('the version of data stands at the end of its schema, and is 1 where nothing is said', (t) => {
  t.is(schemaVersion(dataSchemaUri('response.answer')), 1);
  t.is(schemaVersion(dataSchemaUri('response.answer', 12)), 12);
  t.is(schemaVersion(undefined), 1);
  t.is(schemaVersion('https://elsewhere/schema'), 1);
});

test('what an older version sent again as plain text was sent without entities', (t) => {
  const data = { part: 0, code: 400, reason: 'r', again: true };
  t.like(upcast('delivery.failed', 1, { ...data, plain: true }), { without: ['entities'] });
  t.deepEqual(upcast('delivery.failed', 1, data), data);
});
