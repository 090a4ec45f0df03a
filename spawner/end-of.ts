import type { AgentProcess, ProcessExit } from './runtime/runtime.ts';

/** How a process ends; rejects when `signal` aborts before that. */
export async function endOf(process: AgentProcess, signal: AbortSignal): Promise<ProcessExit> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([process.exited, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
