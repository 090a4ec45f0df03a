import test from 'ava';
import { formatMarkdown } from '../../../bot/text/markdown.ts';

/** What coding agents write between their sentences: nothing of it is a mark. */
const VERBATIM = [
  'Edit __init__.py and run it',
  'see src/**/*.ts and 2*3*4',
  String.raw`It is in C:\me\_new_ now`,
  String.raw`C:\Users\*\AppData and \\server\share\_x_`,
  String.raw`src\_build\lib\*.ts and ..\_up_\x`,
  'the dunder __main__, and __name__ == "__main__"',
  'def __init__(self, *args, **kwargs): self.__dict__.update(kwargs)',
  '**/*.md, **/node_modules/** and dist/**/*',
  '*.py, *.js and test_*.py; also *_test.go',
  'foo_bar_baz, _private, __dirname and MY_CONST_NAME',
  'x ** 2 + y ** 2 == z**2**1, a*b*c and 5 * 3 * 2',
  '/* a comment */ code /* another */',
  'char *p, **argv; (*fn)(x) and (*gn)(y)',
  'about ~5 minutes, ~10~15 at most, in ~/.config and ~/.cache',
  String.raw`echo \$HOME, s/\/api\//x/, \"quoted\" and \d+\w`,
  'handlers[name](event) and arr[0][1](x)',
  '$HOME/*/bin:/usr/*/bin, --flag=*, key=*value*',
  'a <b>c</b> #include <stdio.h> Vec<T> & Box<dyn Fn>',
  'user@_host_.local:/srv/_data_/x',
  '3. third\n7. seventh',
  'SELECT * FROM t WHERE a*2 > b*3',
  '@scope/_pkg_ and refs/heads/_wip_/x',
];

for (const text of VERBATIM) {
  test(`E16: it stays as it is written: ${JSON.stringify(text)}`, (t) => {
    const shown = formatMarkdown(text);
    t.is(shown.text, text);
    t.deepEqual(
      shown.entities.filter(({ type }) => ['bold', 'italic', 'strikethrough'].includes(type)),
      [],
    );
  });
}

/** What they mean as marks, by what is shown and where. */
const MARKED: [string, string, string[]][] = [
  ['**Done.** All *three* tests pass', 'Done. All three tests pass', ['Done.', 'three']],
  ['**src/index.ts**: the entry', 'src/index.ts: the entry', ['src/index.ts']],
  ['**/api/users** returns 200', '/api/users returns 200', ['/api/users']],
  ['the **API**s, _also_ (**note**)', 'the APIs, also (note)', ['API', 'also', 'note']],
  ['- **Fix**: `__init__.py`', '• Fix: __init__.py', ['Fix', '__init__.py']],
  ['**注意**です', '注意です', ['注意']],
  ['__Important__ and ~~old~~', 'Important and old', ['Important', 'old']],
  [String.raw`snake\_case, 1\. and 5 \* 3`, 'snake_case, 1. and 5 * 3', []],
  [String.raw`**C:\me\_new_**`, String.raw`C:\me\_new_`, [String.raw`C:\me\_new_`]],
  ['***both*** of them', 'both of them', ['both', 'both']],
  ['1. a\n1. b', '1. a\n2. b', []],
  ['**Changes in `a.ts`:**', 'Changes in a.ts:', ['Changes in a.ts:', 'a.ts']],
];

for (const [text, shown, marked] of MARKED) {
  test(`E16: what is meant as a mark is one: ${JSON.stringify(text)}`, (t) => {
    const formatted = formatMarkdown(text);
    t.is(formatted.text, shown);
    t.deepEqual(
      formatted.entities.map(({ offset, length }) => formatted.text.slice(offset, offset + length)),
      marked,
    );
  });
}
