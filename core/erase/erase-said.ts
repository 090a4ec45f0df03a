import type { StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { pause } from '../../platform/async/delay.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { LogConnection } from '../log/connection.ts';
import { untilHeard } from '../log/heard.ts';
import { lastMessage } from '../log/last.ts';
import { ACK_TIMEOUT_MS } from '../log/publish-event.ts';

/** What agents say meanwhile is in EVENTS long before this. */
const LEAST_AGE_MS = 1_000;

const LOOK_MS = 100;
const LOOKS = 600;

/**
 * Has SAID or WORKED forget all that they have, where something of these subjects is among it: nobody may delete there, not even
 * services, so their age limit is lowered until it is gone. What they have is in EVENTS; a block whose messages are all gone is
 * removed as a file. A start of the system sets the limit anew, whatever becomes of this process. Throws ORC_ERASING
 * where that takes over a minute.
 */
export async function eraseSaid(
  connection: LogConnection,
  stream: 'SAID' | 'WORKED',
  filters: readonly string[],
): Promise<void> {
  if (!(await hasAny(connection, stream, filters))) return;
  if (stream === 'SAID') await untilHeard(connection.nc, 'agents.>');
  const jsm = await connection.jsm();
  const { config, state } = await jsm.streams.info(stream);
  const set = (limits: Pick<StreamConfig, 'max_age' | 'duplicate_window'>) =>
    jsm.streams.update(stream, { ...config, ...limits });
  await set({ max_age: nanos(LEAST_AGE_MS), duplicate_window: nanos(LEAST_AGE_MS) });
  try {
    for (let looks = 0; looks < LOOKS; looks += 1) {
      const now = await jsm.streams.info(stream);
      if (now.state.first_seq > state.last_seq) return;
      await pause(LOOK_MS);
    }
    throw new OrchestratorError('ORC_ERASING', `${stream} keeps what it should forget`);
  } finally {
    await set(config);
  }
}

/** Whether something stands on one of the subjects. */
export async function hasAny(
  { nc }: LogConnection,
  stream: 'SAID' | 'WORKED',
  filters: readonly string[],
): Promise<boolean> {
  for (const filter of filters) {
    if ((await lastMessage(nc, stream, filter, ACK_TIMEOUT_MS)) !== undefined) return true;
  }
  return false;
}
