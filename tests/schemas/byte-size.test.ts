import test from 'ava';
import { parseByteSize } from '../../schemas/byte-size.ts';

test('sizes are read with their units', (t) => {
  t.is(parseByteSize('65536'), 65_536);
  t.is(parseByteSize('64k'), 65_536);
  t.is(parseByteSize('512m'), 536_870_912);
  t.is(parseByteSize('1.5G'), 1_610_612_736);
  t.is(parseByteSize(' 2gb '), 2_147_483_648);
});

test('anything else is no size', (t) => {
  for (const text of ['', '0', '-1', '1t', 'm', '1 2', '0.1', '99999999999g']) {
    t.is(parseByteSize(text), undefined, text);
  }
});
