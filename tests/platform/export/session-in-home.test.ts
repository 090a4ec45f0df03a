import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { linesInHome, sessionInHome } from '../../../platform/export/session-in-home.ts';

const [OLD, NEW] = ['/data/agents/a', '/else/where/b'];

const line = (text: string, more: object = {}): string =>
  JSON.stringify({ cwd: OLD, text, ...more });

test('paths lead to the new home, but for what a model has signed and what is no JSON', (t) => {
  const signed = { thinking: `in ${OLD}`, signature: 'x' };
  const other = JSON.stringify({ n: 1, text: 'line\u2028end' });
  const text = `${line(`see ${OLD}/b.txt`, { list: [signed, OLD] })}\n${other}\n${OLD}, half`;
  const [first = '', second, third] = sessionInHome(text, OLD, NEW).split('\n');
  t.deepEqual(JSON.parse(first), {
    cwd: NEW,
    text: `see ${NEW}/b.txt`,
    list: [signed, NEW],
  });
  t.deepEqual([second, third], [other, `${OLD}, half`]);
  t.is(sessionInHome(text, OLD, OLD), text);
});

test('a file comes in pieces of any size', async (t) => {
  const text = `${line('ä')}\n${line('ö')}\n\n${line('ü')}`;
  const bytes = Buffer.from(text);
  for (const size of [1, 7, bytes.length]) {
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    const moved = await buffer(linesInHome(pieces(), OLD, NEW));
    t.is(moved.toString(), sessionInHome(text, OLD, NEW), `${size} bytes`);
  }
});
