import type { JobEnd } from './job-end-events.ts';

/** What a service says of its job, as far as that can be an end. */
export interface ServiceWord {
  state?: 'working' | 'completed' | 'failed' | undefined;
  result?: unknown;
  error?: string | undefined;
}

/** How a job ends by the word of its service; undefined while that works on it. */
export function serviceEnd({ state, result, error }: ServiceWord): JobEnd | undefined {
  if (state === 'working') return undefined;
  if (state !== 'failed') return { end: 'completed', result: result ?? null };
  return { end: 'failed', code: 'ORC_JOB_FAILED', reason: error ?? '' };
}
