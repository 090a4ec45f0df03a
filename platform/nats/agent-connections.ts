import type { NatsConnection } from '@nats-io/transport-node';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { keyPair } from './key-pair.ts';
import { type AgentKeys, REVOKER_INBOX } from './trust.ts';

const TIMEOUT_MS = 5_000;

/** Connections of one answer: each comes with its whole credential, of some two kilobytes. */
const PAGE = 500;

/**
 * Counts the connections that agents have to the server that it is connected to itself, on a
 * connection of its own that is made when it is first needed and again after it was lost.
 */
export class AgentConnections {
  readonly #keys: AgentKeys;
  readonly #url: string;
  #connection: LogConnection | undefined;

  constructor(keys: AgentKeys, url: string) {
    this.#keys = keys;
    this.#url = url;
  }

  /**
   * Connections by agent; none is named where all of them together have no more than `few`, which
   * costs one small question. Throws what connecting throws, and where the server does not answer.
   */
  async count(few: number): Promise<ReadonlyMap<string, number>> {
    const { nc } = await this.#connected();
    const account = keyPair(new TextEncoder().encode(this.#keys.agentsSeed)).getPublicKey();
    const { conns } = await ask<{ conns: number }>(nc, account, 'CONNS', {});
    return conns > few ? countEach(nc, account) : new Map();
  }

  async close(): Promise<void> {
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async #connected(): Promise<LogConnection> {
    if (this.#connection !== undefined && !this.#connection.nc.isClosed()) return this.#connection;
    this.#connection = await connectLog({
      url: this.#url,
      credentials: { file: this.#keys.revokerCreds },
      name: 'orchestrator/connections',
      inboxPrefix: REVOKER_INBOX,
      timeoutMs: TIMEOUT_MS,
      maxReconnectAttempts: 0,
    });
    return this.#connection;
  }
}

/** nats-server, `Connz`, of which only this is read. */
interface Connz {
  data: { total: number; connections: { jwt?: string }[] | null };
}

async function countEach(nc: NatsConnection, account: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let offset = 0, total = 1; offset < total; offset += PAGE) {
    const { data } = await ask<Connz>(nc, account, 'CONNZ', { auth: true, limit: PAGE, offset });
    total = data.total;
    for (const { jwt } of data.connections ?? []) {
      const name = nameIn(jwt);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * The agent that a credential was made for, whatever name the connection has given itself. The
 * server has verified the signature: a thousand times it takes seconds, in which nothing else goes on.
 */
function nameIn(jwt = ''): string {
  const claims: { name?: string } = JSON.parse(
    Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString() || '{}',
  );
  return claims.name ?? '';
}

async function ask<T>(
  nc: NatsConnection,
  account: string,
  what: 'CONNS' | 'CONNZ',
  question: object,
): Promise<T> {
  const subject = `$SYS.REQ.ACCOUNT.${account}.${what}`;
  const reply = await nc.request(subject, JSON.stringify(question), { timeout: TIMEOUT_MS });
  return reply.json<T>();
}
