/**
 * Stands on the PATH before a real CLI, and notes what goes through its pipes:
 * `recording-cli.ts <raw file> <the real program> <its arguments>…`. One process group with the
 * CLI, so that what ends the CLI ends this too.
 */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { RawEntry } from './raw-entry.ts';

const [file = '', program = '', ...args] = process.argv.slice(2);

/** Synchronous: a SIGKILL must not take what was said before it. */
const note = (what: RawEntry['what']): void =>
  appendFileSync(file, `${JSON.stringify({ time: Date.now(), what } satisfies RawEntry)}\n`);

/** Hands over whole lines, each noted before anybody can react to it. */
function relay(from: Readable, to: Writable, noteLine: (line: string) => void, end: () => void) {
  let rest = '';
  from.setEncoding('utf8');
  from.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      noteLine(line);
      to.write(`${line}\n`);
    }
  });
  from.on('end', () => {
    if (rest !== '') {
      noteLine(rest);
      to.write(rest);
    }
    end();
  });
}

note({ start: [basename(program), ...args] });
const child = spawn(program, args, { stdio: 'pipe' });
child.stdin.on('error', () => undefined);
relay(
  process.stdin,
  child.stdin,
  (line) => note({ in: line }),
  () => {
    note({ in: null });
    child.stdin.end();
  },
);
relay(
  child.stdout,
  process.stdout,
  (line) => note({ out: line }),
  () => undefined,
);
relay(
  child.stderr,
  process.stderr,
  (line) => note({ err: line }),
  () => undefined,
);
child.once('close', (code, signal) => {
  note({ exit: signal ?? code ?? 0 });
  if (signal === null) process.exit(code ?? 0);
  process.kill(process.pid, signal);
});
