import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import type { LogConnection } from '../../core/log/connection.ts';
import { openBucket } from '../../core/log/open-bucket.ts';
import { WORKERS_BUCKET } from '../../schemas/buckets.ts';

/** What is known of a worker's credential; instants are RFC 3339. */
const workerRecord = z.object({
  tool: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  revokedAt: z.string().optional(),
});
export type WorkerRecord = z.infer<typeof workerRecord>;

/**
 * The credentials of workers, in a bucket of NATS: what was made for which tool, and what was revoked.
 * Without it no spawner would know what to revoke, since each of them gives the server the whole list.
 */
export class WorkerRegister {
  readonly #kv: KV;

  private constructor(kv: KV) {
    this.#kv = kv;
  }

  /** Makes the bucket where there is none. Throws as {@link openBucket} does. */
  static async open(connection: LogConnection): Promise<WorkerRegister> {
    return new WorkerRegister(await openBucket(connection, WORKERS_BUCKET));
  }

  async write(workerId: string, record: WorkerRecord): Promise<void> {
    await this.#kv.put(workerId, JSON.stringify(record));
  }

  async read(workerId: string): Promise<WorkerRecord | undefined> {
    const entry = await this.#kv.get(workerId);
    return entry === null ? undefined : workerRecord.parse(entry.json());
  }

  async all(): Promise<Map<string, WorkerRecord>> {
    const found = new Map<string, WorkerRecord>();
    for await (const workerId of await this.#kv.keys()) {
      const record = await this.read(workerId);
      if (record) found.set(workerId, record);
    }
    return found;
  }

  /** Tells every record that there is, and each that is written, until the signal aborts. */
  async follow(
    tell: (workerId: string, record: WorkerRecord) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const watch = await this.#kv.watch();
    signal.addEventListener('abort', () => watch.stop(), { once: true });
    for await (const { key, operation, value } of watch) {
      if (operation !== 'PUT') continue;
      const read = workerRecord.safeParse(JSON.parse(Buffer.from(value).toString('utf8')));
      if (read.success) tell(key, read.data);
    }
  }
}
