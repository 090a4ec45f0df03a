import { OrchestratorError } from '../../schemas/errors.ts';

/**
 * Waits for an outcome as long as its caller wants to: false where that is not at all, or not as long as
 * it takes (RFC 7240: what is preferred is no condition). Throws what waiting for it does otherwise.
 */
export async function doneInTime(
  waitMs: number | undefined,
  wait: (waitMs: number) => Promise<unknown>,
): Promise<boolean> {
  if (waitMs === undefined || waitMs === 0) return false;
  try {
    await wait(waitMs);
    return true;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === 'ORC_TIMED_OUT') return false;
    throw error;
  }
}
