import { pause } from '../platform/async/delay.ts';
import type { AgentProcess } from './runtime/runtime.ts';

export type StopStep = 'stdin-closed' | 'sigterm' | 'sigkill';

/**
 * Ends a process as gently as it lets itself be ended: stdin closed, SIGTERM to its process group
 * after `graceMs`, SIGKILL after as much again. Each step is stated (`stated`) before it is taken;
 * `from` is the one that the log has already, so a spawner that was killed goes on from there.
 */
export async function stopGracefully(
  process: AgentProcess,
  from: StopStep,
  graceMs: number,
  stated: (step: 'sigterm' | 'sigkill') => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (from === 'stdin-closed') {
    await process.closeStdin();
    if (await endsWithin(process, graceMs, signal)) return;
    await stated('sigterm');
  }
  if (from !== 'sigkill') {
    await process.signal('SIGTERM');
    if (await endsWithin(process, graceMs, signal)) return;
    await stated('sigkill');
  }
  await process.signal('SIGKILL');
}

async function endsWithin(
  process: AgentProcess,
  ms: number,
  signal: AbortSignal,
): Promise<boolean> {
  const timer = new AbortController();
  const either = AbortSignal.any([signal, timer.signal]);
  try {
    const hasEnded = process.exited.then(() => true);
    const ended = await Promise.race([hasEnded, pause(ms, either).then(() => false)]);
    signal.throwIfAborted();
    return ended;
  } finally {
    timer.abort();
  }
}
