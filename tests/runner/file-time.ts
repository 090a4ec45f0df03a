// AVA loads this before each test file (`require` in ava.config.mjs), each in a process or a thread of its own:
// when that ends it notes what the file took, for slowest-files.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread, threadId } from 'node:worker_threads';
import test from 'ava';
import type { FileTime } from './slowest-files.ts';

/** Linux counts 100 ticks a second for programs, whatever its kernel does. */
const MS_PER_TICK = 10;

const { TEST_TIMES: folder } = process.env;
/** A thread has the clock of its process, which began before. */
const begunMs = isMainThread ? 0 : performance.now();
const file = relative(process.cwd(), fileURLToPath(test.meta.file));

process.once('exit', () => {
  const ms = performance.now() - begunMs;
  const time: FileTime = { file, ms, cpuMs: ownCpuMs() + childrensCpuMs() };
  if (folder) writeFileSync(join(folder, `${process.pid}-${threadId}`), JSON.stringify(time));
});

function ownCpuMs(): number {
  const { user, system } = isMainThread ? process.cpuUsage() : process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Of processes that ended and were waited for; where the system does not tell, or not of which thread they were, 0. */
function childrensCpuMs(): number {
  if (process.platform !== 'linux' || !isMainThread) return 0;
  // proc_pid_stat(5): cutime and cstime are fields 16 and 17, in ticks; the second may hold spaces.
  const [, afterName = ''] = readFileSync('/proc/self/stat', 'latin1').split(') ');
  const [user, system] = afterName.split(' ').slice(13, 15).map(Number);
  return ((user ?? 0) + (system ?? 0)) * MS_PER_TICK;
}
