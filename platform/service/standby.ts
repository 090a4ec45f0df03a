import { once } from 'node:events';

/** Set in the environment of a service that is loaded before it is known what it is to do. */
export const STANDBY = 'ORCHESTRATOR_STANDBY';

/** What ends the wait: the whole environment. */
export interface StandbyOrder {
  environment: NodeJS.ProcessEnv;
}

/**
 * Where this process was started to stand by, waits for its environment and takes it over; resolves at once
 * otherwise. Rejects as the signal aborts.
 */
export async function standby(signal: AbortSignal): Promise<void> {
  if (process.env[STANDBY] === undefined) return;
  const [order] = await once(process, 'message', { signal });
  for (const name of Object.keys(process.env)) delete process.env[name];
  // The one message that a supervisor sends.
  Object.assign(process.env, (order as StandbyOrder).environment);
}
