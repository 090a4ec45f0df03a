import { randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Below the ports that the system gives to outgoing connections (core/nats/server-port.ts). */
const PORTS = [20_000, 32_768] as const;
/** The state of a socket that listens. */
const LISTENING = '0A';
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
    // Somebody's who does not know of this: then it stays taken, until the end of the test.
    if (!isListenedOn(port)) return port;
  }
}

/** Whether any program listens on it now, as Linux tells (proc_net_tcp(5)). */
function isListenedOn(port: number): boolean {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  return ['tcp', 'tcp6'].some((table) => {
    const lines = readIfThere(`/proc/net/${table}`).split('\n');
    return lines.some((line) => line.includes(local) && line.split(/\s+/)[4] === LISTENING);
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
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
const holderOf = (file: string): number => Number.parseInt(readIfThere(file), 10);

function isAlive(pid: number): boolean {
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
