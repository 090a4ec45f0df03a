import test from 'ava';
import { resultOfReply } from '../../../core/log/append-result.ts';

const reply = (code: number) =>
  resultOfReply(Buffer.from(JSON.stringify({ error: { err_code: code, description: 'x' } })), 1, 2);

for (const [code, what] of [
  [10008, 'a stream whose leader is being elected'],
  [10158, 'the same id that is proposed and not stored yet'],
  [10163, 'a leader that has not read what there is'],
] as const) {
  test(`${what} leaves it open: the append is to be tried again`, (t) => {
    t.like(reply(code), { ok: false, error: 'not-reachable' });
  });
}

test('a batch of which the server took not all is refused: whoever sent it sends it in parts', (t) => {
  t.like(reply(10176), { ok: false, error: 'refused', code: 10176 });
});

test('a word of the server that nobody expects stays a refusal', (t) => {
  t.like(reply(10111), { ok: false, error: 'refused', code: 10111 });
});
