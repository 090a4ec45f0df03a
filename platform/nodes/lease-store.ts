import { type AppendFailure, appendError } from '../../core/log/append-result.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { type HeaderPairs, headerLines } from '../../core/log/header-lines.ts';
import { lastMessage } from '../../core/log/last.ts';
import { openBucket } from '../../core/log/open-bucket.ts';
import { withExpectation } from '../../core/log/outgoing.ts';
import { publishOne } from '../../core/log/publish-event.ts';
import { readError } from '../../core/log/read-error.ts';
import { bucketStream } from '../../schemas/buckets.ts';
import { NODES_BUCKET, type NodeLease, nodeLease } from '../../schemas/node-lease.ts';

/** What stands under a node's name. */
export interface LeaseEntry {
  /** Undefined where the last one ended or was given back. */
  lease: NodeLease | undefined;
  /** What the next write has to expect; 0 for none. */
  revision: number;
}

const STREAM = bucketStream(NODES_BUCKET);
const PREFIX = `$KV.${NODES_BUCKET}.`;
const subjectOf = (node: string): string => `${PREFIX}${node}`;

/** How long the bucket remembers that an entry ended, in milliseconds. */
const MARKER_MS = 3_600_000;

/** What a request to the bucket may take. */
const TIMEOUT_MS = 2_000;

const MS = 1_000;

/**
 * The leases of nodes, in a bucket of NATS: an entry ends by itself when its time is over (NATS
 * ADR-43), and each write expects the one before, so of two writers one wins.
 */
export class LeaseStore {
  readonly #connection: LogConnection;

  private constructor(connection: LogConnection) {
    this.#connection = connection;
  }

  /** Makes the bucket where there is none. Throws as {@link openBucket} does. */
  static async open(connection: LogConnection): Promise<LeaseStore> {
    await openBucket(connection, NODES_BUCKET, { markerTTL: MARKER_MS, allow_direct: true });
    return new LeaseStore(connection);
  }

  /** Where it exists already; reading an absent bucket throws ORC_NO_STREAM. */
  static of(connection: LogConnection): LeaseStore {
    return new LeaseStore(connection);
  }

  /** Throws ORC_NOT_REACHABLE. */
  async read(node: string): Promise<LeaseEntry> {
    const last = await lastMessage(this.#connection.nc, STREAM, subjectOf(node), TIMEOUT_MS);
    if (last === undefined) return { lease: undefined, revision: 0 };
    return { lease: leaseOf(last), revision: last.sequence };
  }

  /**
   * Every lease that lives, as the leader of the bucket has it: a replica that lags would have a
   * living node taken for dead. Throws ORC_NOT_REACHABLE and ORC_NO_STREAM.
   */
  async all(): Promise<NodeLease[]> {
    const jsm = await this.#connection.jsm();
    const { state } = await jsm.streams
      .info(STREAM, { subjects_filter: subjectOf('>') })
      .catch((error: unknown) => {
        throw readError(error);
      });
    const nodes = Object.keys(state.subjects ?? {}).map((subject) => subject.slice(PREFIX.length));
    const entries = await Promise.all(nodes.map((node) => this.read(node)));
    return entries.flatMap(({ lease }) => lease ?? []);
  }

  /**
   * Writes a lease that ends after `ttlMs` (whole seconds). The revision to expect next; undefined
   * where something else was written since `revision`. Throws ORC_NOT_REACHABLE.
   */
  async write(lease: NodeLease, ttlMs: number, revision: number): Promise<number | undefined> {
    const headers: [string, string][] = [['Nats-TTL', `${Math.ceil(ttlMs / MS)}s`]];
    return this.#publish(lease.node, headers, Buffer.from(JSON.stringify(lease)), revision);
  }

  /** Gives it back, where it is still the one of `revision`. Throws ORC_NOT_REACHABLE. */
  async remove(node: string, revision: number): Promise<void> {
    await this.#publish(node, [['KV-Operation', 'DEL']], new Uint8Array(), revision);
  }

  async #publish(
    node: string,
    headers: HeaderPairs,
    payload: Uint8Array,
    revision: number,
  ): Promise<number | undefined> {
    const subject = subjectOf(node);
    const message = withExpectation(
      { subject, headers: headerLines(headers), payload },
      { filter: subject, sequence: revision },
    );
    const result = await publishOne(this.#connection.nc, message, TIMEOUT_MS);
    if (result.ok) return result.sequence;
    if (result.error === 'conflict') return undefined;
    throw appendError(result satisfies AppendFailure);
  }
}

/** Undefined for what only says that there was one, and for what is none. */
function leaseOf(message: {
  payload: Uint8Array;
  header(name: string): string | undefined;
}): NodeLease | undefined {
  const ended = message.header('kv-operation') ?? message.header('nats-marker-reason');
  if (ended !== undefined || message.payload.length === 0) return undefined;
  try {
    return nodeLease.parse(JSON.parse(Buffer.from(message.payload).toString()));
  } catch {
    return undefined;
  }
}
