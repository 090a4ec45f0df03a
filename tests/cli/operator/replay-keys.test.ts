import { PassThrough } from 'node:stream';
import test from 'ava';
import { replayKeys } from '../../../cli/operator/replay-keys.ts';
import { ReplayPace } from '../../../core/operator/replay-pace.ts';

/** Notes what is asked of it. */
class NotedPace extends ReplayPace {
  readonly asked: string[] = [];

  override toggle(): void {
    this.asked.push('toggle');
  }

  override step(): void {
    this.asked.push('step');
  }

  override jump(ms: number): void {
    this.asked.push(`jump ${ms}`);
  }

  override faster(times: number): void {
    this.asked.push(`faster ${times}`);
  }
}

test('each key does what is told of it, and a terminal is left as it was', (t) => {
  const raw: boolean[] = [];
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (to: boolean) => raw.push(to),
  });
  const pace = new NotedPace({ speed: 1 });
  let ends = 0;
  const release = replayKeys(input, pace, () => {
    ends += 1;
  });
  input.emit('data', Buffer.from(' \n\rj+-xq\x03\x04'));
  t.deepEqual(pace.asked, ['toggle', 'step', 'step', 'jump 60000', 'faster 2', 'faster 0.5']);
  t.is(ends, 3);
  release();
  t.deepEqual(raw, [true, false]);
  t.is(input.listenerCount('data'), 0);
});

test('lines of a pipe count as pressed', (t) => {
  const input = new PassThrough();
  const pace = new NotedPace({ speed: 1 });
  const release = replayKeys(input, pace, () => t.fail());
  input.emit('data', Buffer.from('\n'));
  release();
  t.deepEqual(pace.asked, ['step']);
});
