import type { ExecutionContext } from 'ava';
import { pino } from 'pino';
import type { EventLog } from '../../../core/log/event-log.ts';
import {
  SystemFollower,
  type SystemFollowerOptions,
} from '../../../core/projection/system-follower.ts';

export const quiet = pino({ level: 'silent' });

/** A follower that has caught up; it ends with the test, or when `stop` is called. */
export async function startFollower(
  t: Pick<ExecutionContext, 'teardown'>,
  log: EventLog,
  options: Partial<SystemFollowerOptions> = {},
): Promise<{ follower: SystemFollower; stop: () => Promise<void> }> {
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const follower = new SystemFollower({ log, logger: quiet, ...options });
  await follower.start(abort.signal);
  const stop = async () => {
    abort.abort();
    await follower.ended;
  };
  return { follower, stop };
}
