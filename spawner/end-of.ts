import { orAborted } from '../platform/async/or-aborted.ts';
import type { AgentProcess, ProcessExit } from './runtime/runtime.ts';

/** How a process ends; rejects when `signal` aborts before that. */
export const endOf = (process: AgentProcess, signal: AbortSignal): Promise<ProcessExit> =>
  orAborted(process.exited, signal);
