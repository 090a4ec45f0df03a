import test from 'ava';
import { textTable } from '../../cli/text-table.ts';

test('E17: columns are as wide as their cells are seen', (t) => {
  t.is(
    textTable(
      ['name', 'n'],
      [
        ['名字名字', '1'],
        ['a', '2'],
      ],
    ),
    'name      n\n名字名字  1\na         2\n',
  );
});
