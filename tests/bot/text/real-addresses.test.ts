import test from 'ava';
import { formatMarkdown } from '../../../bot/text/markdown.ts';

const textOf = (markdown: string): string => formatMarkdown(markdown).text;

/** Of a link to evil.example, with this text. */
const to = (label: string, url = 'https://evil.example/x'): string => textOf(`[${label}](${url})`);

test('F13: a link whose text looks like another address shows its own', (t) => {
  const labels = [
    'google.com',
    'https://google.com',
    'http://google.com/login?x=evil.example',
    'www.google.com',
    'Google.COM.',
    'google.com:443',
    'visit google.com now',
    '(google.com)',
    'https://intranet/start',
    '93.184.216.34',
    'support@google.com',
    'https://google.com@evil.example/x',
    'google.com\\evil.example',
    'google.com\u2215evil.example',
    // In other letters and dots, and with what is not seen in between.
    'gооgle.com',
    'ｇｏｏｇｌｅ.com',
    'google\u3002com',
    'goo\u200bgle.com',
    'xn--ggle-55da.com',
    '\u202emoc.elgoog\u202c',
    '**google.com**',
    '`google.com`',
  ];
  for (const label of labels) t.true(to(label).endsWith(' (https://evil.example/x)'), label);
  t.true(to('google.com', 'tg://resolve?domain=evil').endsWith(' (tg://resolve?domain=evil)'));
  t.true(to('a@google.com', 'mailto:a@evil.example').endsWith(' (mailto:a@evil.example)'));
  t.true(textOf('![google.com](https://evil.example/x)').endsWith(' (https://evil.example/x)'));
});

test('F13: one that looks like it in letters of another script is shown as what it is', (t) => {
  t.is(to('apple.com', 'https://аpple.com'), 'apple.com (https://xn--pple-43d.com/)');
  t.is(to('аpple.com', 'https://apple.com'), 'аpple.com (https://apple.com/)');
  t.is(to('münchen.de', 'https://xn--mnchen-3ya.de/rathaus'), 'münchen.de');
});

test('a text that is no address, or the link’s own, stays a link and nothing else', (t) => {
  const labels = [
    'the docs',
    'Node.js 24',
    'v1.2.3',
    '3.14',
    'at 12:30',
    'TODO:',
    'src/app.ts',
    'app.ts:12',
    'e.g. this',
    'evil.example',
    'https://evil.example',
    'www.evil.example/x/y/google.com',
    'EVIL.example:443',
    '@google',
    'google . com',
  ];
  for (const label of labels) t.is(to(label), label, label);
  t.is(to('a@evil.example', 'mailto:a@evil.example'), 'a@evil.example');
  const { entities } = formatMarkdown('[the docs](https://evil.example/x)');
  t.deepEqual(entities, [
    { type: 'text_link', offset: 0, length: 8, url: 'https://evil.example/x' },
  ]);
});

test('F13: what counts is what is seen, however it is put together', (t) => {
  t.is(textOf('[google](https://evil.example/x).com'), 'google (https://evil.example/x).com');
  t.is(
    textOf('[goo](https://evil.example/1)[gle.com](https://evil.example/2) [ok](https://x.org)'),
    'goo (https://evil.example/1)gle.com (https://evil.example/2) ok',
  );
});

test('F13: a text around it makes no address harmless', (t) => {
  for (const around of ['x'.repeat(300), 'evil.example/', '\u202e\n']) {
    const shown = textOf(`${around}[google.com](https://evil.example/x)`);
    t.true(shown.endsWith('google.com (https://evil.example/x)'), around);
  }
  t.true(textOf('\u202e [moc.elgoog](https://evil.example/x)').endsWith('evil.example/x)'));
});

test('many links in one long word take no time', (t) => {
  const markdown = '[google.com](https://evil.example)'.repeat(500);
  const before = performance.now();
  t.is(textOf(markdown).match(/evil\.example/g)?.length, 500);
  t.true(performance.now() - before < 5_000);
});

test('F13: what is around such a link stays around it, and what follows stays in its place', (t) => {
  const { text, entities } = formatMarkdown(
    '> see **[google.com](https://evil.example/x)**\n\nthen *go* [on](https://x.org)',
  );
  t.is(text, 'see google.com (https://evil.example/x)\n\nthen go on');
  const shown = entities.map(
    ({ type, offset, length }) => `${type} ${text.slice(offset, offset + length)}`,
  );
  t.deepEqual(shown.toSorted(), [
    'blockquote see google.com (https://evil.example/x)',
    'bold google.com (https://evil.example/x)',
    'italic go',
    'text_link google.com',
    'text_link on',
  ]);
});
