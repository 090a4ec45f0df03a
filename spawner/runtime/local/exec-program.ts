import { type ChildProcess, spawn } from 'node:child_process';
import { startTimer } from '../../../platform/async/timer.ts';
import { execFailure } from '../exec-failure.ts';
import { OutputStart } from '../output-start.ts';
import type { ExecOrder, ExecOutcome } from '../runtime.ts';

/**
 * Runs a program in a folder, in a process group of its own, which is killed as a whole. Over is
 * when the program has ended and its outputs are closed. Never rejects.
 */
export async function execProgram(order: ExecOrder, folder: string): Promise<ExecOutcome> {
  const [program, ...args] = order.command;
  const environment = { ...order.environment };
  try {
    // Throws for arguments that no program can have: with a NUL in them, or longer than the kernel takes.
    const child = spawn(program, args, {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return await outcomeOf(child, order);
  } catch (error) {
    return execFailure(error);
  }
}

function outcomeOf(child: ChildProcess, order: ExecOrder): Promise<ExecOutcome> {
  const { promise, resolve } = Promise.withResolvers<ExecOutcome>();
  const stdout = new OutputStart(order.outputBytes);
  const stderr = new OutputStart(order.outputBytes);
  const finish = (how: ExecEnd) => {
    cancel();
    order.signal.removeEventListener('abort', abort);
    resolve({ stdout: stdout.bytes, stderr: stderr.bytes, ...how });
  };
  const end = (how: ExecEnd) => {
    killGroup(child);
    finish(how);
  };
  const abort = () => end({ ended: 'failed', reason: 'it was ended with the spawner' });
  const cancel = startTimer(order.timeoutMs, () => end({ ended: 'timeout' }));
  order.signal.addEventListener('abort', abort, { once: true });
  child.on('error', (error) => finish({ ended: 'failed', reason: error.message }));
  child.on('close', (code, signal) => finish({ ended: 'exit', exit: { code, signal } }));
  // Where no descriptor is free there are no pipes, and an error is on the way.
  child.stdout?.pipe(stdout);
  child.stderr?.pipe(stderr);
  if (order.signal.aborted) abort();
  return promise;
}

type ExecEnd =
  | { ended: 'exit'; exit: { code: number | null; signal: string | null } }
  | { ended: 'timeout' }
  | { ended: 'failed'; reason: string };

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
