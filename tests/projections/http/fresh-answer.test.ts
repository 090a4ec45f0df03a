import test from 'ava';
import { freshAnswer } from '../../../projections/http/fresh-answer.ts';

test('those who ask at once share an answer, and a failure is not kept', async (t) => {
  let asked = 0;
  const ask = freshAnswer(60_000, async () => {
    asked += 1;
    if (asked === 1) throw new Error('not now');
    return asked;
  });
  const both = await Promise.allSettled([ask(), ask()]);
  t.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  t.is(asked, 1);
  t.deepEqual(await Promise.all([ask(), ask()]), [2, 2]);
});

test('an answer is asked for again when it is old', async (t) => {
  let asked = 0;
  const ask = freshAnswer(0, async () => (asked += 1));
  t.deepEqual([await ask(), await ask()], [1, 2]);
});
