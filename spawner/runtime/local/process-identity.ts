import { processIdentity } from '../../../platform/service/process-identity.ts';
import { isSystemError } from '../../../schemas/system-error.ts';

/** A process for certain: a pid alone is given to another one day. */
export interface ProcessIdentity {
  pid: number;
  /** The boot and the start time (platform/service/process-identity.ts), as the keeper noted them. */
  identity: string;
}

/** Does this very process run? A zombie does not. */
export function isRunning({ pid, identity }: ProcessIdentity): boolean {
  return processIdentity(pid) === identity;
}

/** Is there a process of this number, whichever it is? For a look that costs a microsecond. */
export function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !isSystemError(error, 'ESRCH');
  }
}

/** When it was started, in ticks since that boot. */
export const startTicks = ({ identity }: ProcessIdentity): number =>
  Number(identity.slice(identity.lastIndexOf('/') + 1));

/** To the process group that this very process leads; nothing where it has ended. */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(leader)) return;
  try {
    process.kill(-leader.pid, signal);
  } catch (error) {
    // One that has ended since the look is as good as signalled.
    if (!isSystemError(error, 'ESRCH')) throw error;
  }
}
