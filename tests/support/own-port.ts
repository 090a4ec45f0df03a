import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Below the ports that the system gives to outgoing connections (core/nats/server-port.ts). */
const PORTS = [20_000, 32_768] as const;
/** One file a port that a test has, with the pid of the test's process. */
const TAKEN = join(tmpdir(), 'orchestrator-test-ports');

/**
 * A port that no other test has until this one ends, of this run or of another on this machine. A
 * server that is killed and started again finds it free: a port that is just looked up as free
 * could be another test's by then.
 */
export function ownPort(t: Pick<ExecutionContext, 'teardown'>): number {
  mkdirSync(TAKEN, { recursive: true });
  for (;;) {
    const port = randomInt(...PORTS);
    const file = join(TAKEN, String(port));
    if (!take(file)) continue;
    t.teardown(() => rmSync(file, { force: true }));
    return port;
  }
}

function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    // What a killed run has left is free for the next one that comes by.
    if (!isAlive(holderOf(file))) rmSync(file, { force: true });
    return false;
  }
}

/** NaN while the file is being written or removed, which counts as alive. */
function holderOf(file: string): number {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return Number.NaN;
  }
}

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
