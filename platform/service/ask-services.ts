import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { startTimer } from '../async/timer.ts';

export interface AskServicesOptions {
  /** The services that are waited for until each has answered or the time is up. */
  expected: readonly string[];
  /** Milliseconds that the slowest of them gets; 2 seconds. */
  timeoutMs?: number;
  /** First token of the inbox, where the credentials ask for one. */
  inboxPrefix?: string | undefined;
}

const TIMEOUT_MS = 2_000;

/** How many there are of a service is not known: so long others are waited for after an answer. */
const QUIET_MS = 100;

/** Status of the server's word that nobody listens. */
const NO_RESPONDERS = 503;

/** Asks every service process on a subject. What answers in time, and is of the schema; never throws. */
export async function askServices<T extends { service: string }>(
  nc: NatsConnection,
  subject: string,
  schema: z.ZodType<T>,
  { expected, timeoutMs = TIMEOUT_MS, inboxPrefix }: AskServicesOptions,
): Promise<T[]> {
  const heard: T[] = [];
  const over = Promise.withResolvers<void>();
  const cancel = startTimer(timeoutMs, over.resolve);
  let quiet: NodeJS.Timeout | undefined;
  const hear = (error: Error | null, message: Msg) => {
    if (error !== null || message.headers?.code === NO_RESPONDERS) return over.resolve();
    heard.push(...answerOf(message, schema));
    if (expected.some((name) => !heard.some(({ service }) => service === name))) return;
    clearTimeout(quiet);
    quiet = setTimeout(over.resolve, QUIET_MS);
  };
  try {
    const inbox = createInbox(inboxPrefix);
    const subscription = nc.subscribe(inbox, { callback: hear });
    nc.publish(subject, '', { reply: inbox });
    await over.promise;
    subscription.unsubscribe();
  } catch {
    // The connection is closed: nobody answers.
  } finally {
    cancel();
    clearTimeout(quiet);
  }
  return heard;
}

/** Nothing for what is none: a newer version may say more, never less. */
function answerOf<T>(message: Msg, schema: z.ZodType<T>): T[] {
  try {
    const parsed = schema.safeParse(message.json());
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}
