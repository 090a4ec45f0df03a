import { AckPolicy, type ConsumerConfig, JetStreamApiError } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { WorkingJob } from '../../core/domain/job/job-state.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import { deliveryTokens, sequenceOf } from '../../core/log/delivery-tokens.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { workOverSubject, workSubject } from '../../schemas/subjects.ts';
import type { NatsExecutorOptions, ToolDeclaration } from '../../schemas/tool-declaration.ts';

/** What the queue tells of an order: its worker is there, or it will be given to no worker any more. */
export type QueueSign = { sign: 'alive' | 'over'; attempt: number };

type Listener = (sign: QueueSign) => void;

/** A consumer of this name is there, and has another configuration (10148). */
const IS_OTHERWISE = 10_148;

/** Where a message is that has the subject already, the server refuses another one (10077). */
const IS_THERE = 10_077;

/**
 * The orders of all tools with workers: a stream of NATS whose messages are there until somebody has
 * acknowledged them, and a durable consumer for each tool, from which its workers pull.
 */
export class WorkQueue {
  readonly #log: EventLog;
  readonly #connection: LogConnection;
  /** By `<tool>/<sequence in WORK>`. */
  readonly #listeners = new Map<string, Listener>();
  readonly #heard = new Set<string>();

  constructor(log: EventLog) {
    this.#log = log;
    this.#connection = log.connection;
  }

  /** Makes the consumer of a tool, or brings it up to date, and listens to it. Safe to repeat. */
  async open(tool: ToolDeclaration, options: NatsExecutorOptions): Promise<void> {
    const jsm = await this.#connection.jsm();
    const config: Partial<ConsumerConfig> = {
      durable_name: tool.name,
      filter_subject: `work.${tool.name}.*`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(options.lease),
      max_ack_pending: tool.parallel,
      max_deliver: options.retries + 1,
    };
    try {
      await jsm.consumers.add('WORK', config);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== IS_OTHERWISE) throw error;
      await jsm.consumers.update('WORK', tool.name, config);
    }
    this.#listen(tool.name);
  }

  /**
   * Puts the order there; resolves with its place. That it is put there is noted first: what was
   * noted and is there no more has been taken, and is not put there again.
   *
   * @throws where the server does not take it
   */
  async put(job: WorkingJob): Promise<number> {
    const { jobId, tool, verb, input, by, owner } = job;
    const subject = workSubject(tool, jobId);
    await this.#request(offeredSubject(tool, jobId), '{}');
    const agent = by && { agentId: by.agentId };
    const order = { id: jobId, tool, verb, input, ...agent, ...(owner && { owner }) };
    const ack = await this.#request(subject, JSON.stringify(order));
    if (ack.seq !== undefined && ack.error === undefined) return ack.seq;
    // Another spawner was there first.
    const other = ack.error?.err_code === IS_THERE ? await this.place(job) : undefined;
    if (other === undefined) throw new Error(`WORK: ${ack.error?.description ?? 'no answer'}`);
    return other;
  }

  async #request(subject: string, body: string): Promise<PublishAck> {
    return (await this.#connection.nc.request(subject, body, { timeout: REQUEST_MS })).json();
  }

  /** Whether it was ever put there. */
  async isOffered({ tool, jobId }: Pick<WorkingJob, 'tool' | 'jobId'>): Promise<boolean> {
    return (await this.#log.last('WORKED', offeredSubject(tool, jobId))) !== undefined;
  }

  /** Where its order is; undefined where it is there no more. */
  async place({ tool, jobId }: Pick<WorkingJob, 'tool' | 'jobId'>): Promise<number | undefined> {
    return (await this.#log.last('WORK', workSubject(tool, jobId)))?.sequence;
  }

  /** Nobody gets the order any more, and whoever has it is told. */
  async take(tool: string, jobId: string): Promise<void> {
    const jsm = await this.#connection.jsm();
    await jsm.streams.purge('WORK', { filter: workSubject(tool, jobId) });
    this.tellOver(tool, jobId);
  }

  /** Whoever works on it and listens hears that it is to end. */
  tellOver(tool: string, jobId: string): void {
    this.#connection.nc.publish(workOverSubject(tool, jobId), JSON.stringify({ id: jobId }));
  }

  /** Tells the signs of one order; returns how to stop that. */
  on(tool: string, sequence: number, listener: Listener): () => void {
    const key = `${tool}/${sequence}`;
    this.#listeners.set(key, listener);
    return () => this.#listeners.delete(key);
  }

  #listen(tool: string): void {
    if (this.#heard.has(tool)) return;
    this.#heard.add(tool);
    const { nc } = this.#connection;
    nc.subscribe(`$JS.ACK.WORK.${tool}.>`, {
      callback: (error, { subject, data }) => {
        if (error || !isSignOfLife(Buffer.from(data).toString('latin1'))) return;
        const tokens = deliveryTokens(subject);
        this.#tell(tool, sequenceOf(tokens), { sign: 'alive', attempt: Number(tokens[4]) });
      },
    });
    for (const advisory of ['MAX_DELIVERIES', 'MSG_TERMINATED']) {
      nc.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.${advisory}.WORK.${tool}`, {
        callback: (error, message) => {
          if (error) return;
          const { stream_seq: sequence, deliveries }: Advisory = message.json();
          this.#tell(tool, sequence, { sign: 'over', attempt: deliveries });
        },
      });
    }
  }

  #tell(tool: string, sequence: number, sign: QueueSign): void {
    this.#listeners.get(`${tool}/${sequence}`)?.(sign);
  }
}

/** In WORKED, where workers may not write it. */
const offeredSubject = (tool: string, jobId: string): string => `worked.${tool}.${jobId}.offered`;

interface PublishAck {
  seq?: number;
  error?: { err_code?: number; description?: string };
}

/** Of what the server publishes of its own (NATS, `io.nats.jetstream.advisory.v1`), as far as it is read. */
interface Advisory {
  stream_seq: number;
  deliveries: number;
}

const REQUEST_MS = 5_000;

/** "Work in progress": what a worker sends while it works. That it is done says what it says of the job. */
const isSignOfLife = (text: string): boolean => text.startsWith('+WPI');
