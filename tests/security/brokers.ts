import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { ensureStreams } from '../../core/log/streams.ts';
import { type AgentKeys, readAgentKeys } from '../../platform/nats/trust.ts';
import { startTestNats } from '../support/nats.ts';
import { startOwnNats } from '../support/own-nats.ts';

export type Life = Pick<ExecutionContext, 'teardown' | 'title'>;

/** A nats-server with the streams, and what services have of it. */
export interface Broker {
  url: string;
  keys: AgentKeys;
  /** Credentials file of services and operators. */
  creds: string;
  connection: LogConnection;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** The servers that an agent may meet: what holds on one must hold on the other. */
export const BROKERS: Readonly<Record<string, (t: Life) => Promise<Broker>>> = {
  'embedded server': async (t) => {
    const nats = await startTestNats(t);
    const { url, connection, operatorCreds: creds } = nats;
    const keys = await keysIn(join(nats.dataDir, 'auth'));
    const [kill, restart] = [() => nats.kill(), () => nats.restart()];
    return { url, connection, creds, keys, kill, restart };
  },
  'server of init nats': async (t) => {
    const nats = await startOwnNats(t);
    const { url, creds, kill, start: restart } = nats;
    const credentials = { file: creds };
    const connection = await connectLog({ url, credentials, name: t.title, timeoutMs: 5_000 });
    t.teardown(() => connection.close());
    await ensureStreams(connection, { replicas: 1, storage: 'file' });
    return { url, connection, creds, keys: await keysIn(nats.spawner), kill, restart };
  },
};

async function keysIn(folder: string): Promise<AgentKeys> {
  const keys = await readAgentKeys(folder);
  if (keys === undefined) throw new Error(`no keys in ${folder}`);
  return keys;
}
