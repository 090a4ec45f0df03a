import { type Patience, retry } from '../../platform/async/retry.ts';
import { isUnreachable } from '../log/passing-error.ts';

const TIMES = { firstMs: 250, longestMs: 1_000 };

/**
 * Does it again while NATS cannot be reached, until the patience is at an end. What is done must be
 * harmless to repeat: reading, or appending under the same ids.
 */
export function withPatience<T>(patience: Patience, action: () => Promise<T>): Promise<T> {
  return retry(action, { ...patience, isPassing: isUnreachable, times: TIMES });
}
