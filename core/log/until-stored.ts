import { type RetryOptions, retry } from '../../platform/async/retry.ts';
import { type AppendFailure, type AppendResult, appendError } from './append-result.ts';
import { isPassing } from './passing-error.ts';

/** What was stored: by this append, or before under the same ids. */
export type Stored = Extract<AppendResult, { ok: true }>;

/**
 * Appends again until it is stored, however long the log is away or full. The append must be harmless
 * to repeat: the same ids each time.
 *
 * Throws the OrchestratorError of what is refused for good (a conflict among them), that of the last
 * try when the patience is over, and the signal's reason.
 *
 * @example
 * const { sequence } = await untilStored(() => log.appendOnce(event), { signal });
 */
export function untilStored(
  append: () => Promise<AppendResult>,
  options: Omit<RetryOptions, 'isPassing'> = {},
): Promise<Stored> {
  const stored = async () => {
    const result = await append();
    if (result.ok) return result;
    throw appendError(result satisfies AppendFailure);
  };
  return retry(stored, { ...options, isPassing });
}
