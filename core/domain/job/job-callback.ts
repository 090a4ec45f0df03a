import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { JobState } from './job-state.ts';

/**
 * The token by which the service that does a job may say what becomes of it. It is derived, so that the
 * same request bears the same one, whichever spawner sends it. Its text cannot be that of a signed request,
 * which begins with the time.
 */
export const callbackToken = (secret: string, jobId: string): string =>
  createHmac('sha256', secret).update(`callback\n${jobId}`).digest('base64url');

/** SHA-256, hexadecimal: what the log has of a token. */
export const callbackHash = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** Whether it is the token of this job. It takes the same time for every wrong one. */
export function opensCallback(job: JobState, token: string): boolean {
  const hash = 'run' in job ? job.run?.callback : undefined;
  return hash !== undefined && timingSafeEqual(Buffer.from(hash), Buffer.from(callbackHash(token)));
}
