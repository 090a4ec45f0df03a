import { createClient } from 'redis';
import type { Erasure } from '../../schemas/erasure.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import {
  agentUserKey,
  COMMANDS_STREAM,
  HISTORY_STREAM,
  logsStream,
  RESPONSES_STREAM,
  userAgentKey,
} from '../../schemas/redis/keys.ts';

const CONNECT_MS = 5_000;
/** Entries of a stream that are read at a time. */
const PAGE = 1_000;

type Whose = Pick<Erasure, 'people' | 'agents'>;

/** Deletes what the mirror and older clients have written of a person. Safe to be repeated. Throws ORC_ERASING where Redis is away. */
export async function eraseRedis(url: string, whose: Whose): Promise<void> {
  const client = newClient(url);
  // Its loss shows in the commands that it fails.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const keys = [
      ...whose.agents.flatMap((id) => [logsStream(id), agentUserKey(id)]),
      ...whose.people
        .filter(({ channel }) => channel === 'telegram')
        .map(({ userId }) => userAgentKey(userId)),
    ];
    for (const key of keys) await client.del(key);
    for (const stream of [RESPONSES_STREAM, COMMANDS_STREAM, HISTORY_STREAM]) {
      await eraseEntries(client, stream, whose);
    }
    await client.close();
  } catch (cause) {
    client.destroy();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError('ORC_ERASING', `Redis: ${why}`, { cause });
  }
}

const newClient = (url: string) =>
  createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  });

async function eraseEntries(
  client: ReturnType<typeof newClient>,
  stream: string,
  { agents, people }: Whose,
): Promise<void> {
  const names = [...agents, ...people.map(({ userId }) => userId)];
  const own = new RegExp(`(?<![\\w-])(${names.join('|')})(?![\\w])`);
  for (let from = '-'; ; ) {
    const entries = (await client.xRange(stream, from, '+', { COUNT: PAGE })) ?? [];
    const ids = entries
      .filter(({ message }) => Object.values(message).some((value) => own.test(value)))
      .map(({ id }) => id);
    if (ids.length > 0) await client.xDel(stream, ids);
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) return;
    from = `(${last.id}`;
  }
}
