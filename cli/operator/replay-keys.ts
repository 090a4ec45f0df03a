import type { Readable } from 'node:stream';
import type { ReplayPace } from '../../core/operator/replay-pace.ts';

const MINUTE_MS = 60_000;

/** What the keys do, as it is told. */
export const KEYS = 'space: pause, Enter: one step, j: jump a minute, +/-: faster, slower, q: quit';

/**
 * Does with a pace what is pressed on an input, until `end` is called back by `q`, Ctrl-C or Ctrl-D. Returns what
 * leaves the input as it was. What comes from a pipe counts as pressed, an Enter a line.
 */
export function replayKeys(input: Readable, pace: ReplayPace, end: () => void): () => void {
  const isTerminal = 'isTTY' in input && input.isTTY === true && 'setRawMode' in input;
  // What a terminal has and a stream may not have.
  const terminal = isTerminal
    ? (input as Readable & { setRawMode(raw: boolean): void })
    : undefined;
  const pressed = (chunk: Buffer) => {
    for (const key of chunk.toString()) press(key, pace, end);
  };
  terminal?.setRawMode(true);
  input.on('data', pressed);
  return () => {
    input.off('data', pressed);
    input.pause();
    terminal?.setRawMode(false);
  };
}

function press(key: string, pace: ReplayPace, end: () => void): void {
  if (key === ' ') pace.toggle();
  else if (key === '\n' || key === '\r') pace.step();
  else if (key === 'j') pace.jump(MINUTE_MS);
  else if (key === '+') pace.faster(2);
  else if (key === '-') pace.faster(0.5);
  // Raw, a terminal gives Ctrl-C and Ctrl-D as what they are.
  else if (key === 'q' || key === '\x03' || key === '\x04') end();
}
