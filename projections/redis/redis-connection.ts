import { createClient } from 'redis';

export type Redis = ReturnType<typeof newClient>;

const CONNECT_MS = 5_000;

/** Redis does not answer, or not as it should. The message is for people. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

/**
 * A connection that is never mended: what stands in Redis is looked at anew after every loss, by
 * whoever opens the next one. Throws {@link RedisUnavailable}, also where a server takes the
 * connection and says nothing.
 */
export async function connectRedis(url: string, name: string): Promise<Redis> {
  const client = newClient(url, name);
  // Its loss shows in the commands that it fails; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await answerWithin(CONNECT_MS, client.connect());
    return client;
  } catch (error) {
    client.destroy();
    throw new RedisUnavailable(reasonOf(error), { cause: error });
  }
}

function newClient(url: string, name: string) {
  return createClient({
    url,
    name,
    RESP: 2,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
  });
}

/** Rejects with {@link RedisUnavailable} where nothing has come in time. */
export async function answerWithin<T>(ms: number, answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new RedisUnavailable(`no answer within ${ms / 1000} s`));
  const timer = setTimeout(late, ms);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Host and port of a Redis URL: what may be shown, unlike its password. */
export function redisAddress(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '6379'}`;
}

/** What is wrong, in words and on one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  const message = error instanceof Error ? error.message || error.name : String(error);
  return message.replace(/\s+/g, ' ');
}
