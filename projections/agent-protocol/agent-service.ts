import { type Service, type ServiceMsg, Svcm } from '@nats-io/services';
import { createInbox, headers, type NatsConnection } from '@nats-io/transport-node';
import { type AgentIdentity, PROTOCOL_VERSION, verbSubject } from './agent-identity.ts';
import type { ChunkStream } from './prompt-answer.ts';
import { protocolError } from './protocol-error.ts';

/** The queue group that the protocol wants of endpoints (§3.3). */
const QUEUE = 'agents';
const SERVICE = 'agents';

/** Where an `ack` names the message that the prompt became. */
const MESSAGE_HEADER = 'Orchestrator-Message-Id';

/** Below the 60 s after which callers give a stream up. */
const KEEP_ALIVE_MS = 20_000;

export interface AgentServiceOptions {
  nc: NatsConnection;
  inboxPrefix: string | undefined;
  version: string;
  identity: AgentIdentity;
  heartbeatMs: number;
  /** Answers one prompt, in chunks. What it throws is told to the caller. */
  answer(request: ServiceMsg, chunks: ChunkStream): Promise<void>;
  onError(error: unknown): void;
}

/** One agent as a micro service of the protocol (docs/nats-agents.md). */
export class AgentService {
  readonly identity: AgentIdentity;
  readonly #options: AgentServiceOptions;
  readonly #service: Service;

  private constructor(options: AgentServiceOptions, service: Service) {
    this.identity = options.identity;
    this.#options = options;
    this.#service = service;
  }

  /** Registers it, and says that it is there. */
  static async add(options: AgentServiceOptions): Promise<AgentService> {
    const { nc, version, identity } = options;
    const { agent, owner, session } = identity;
    const service = await new Svcm(nc).add({
      name: SERVICE,
      version,
      description: `${agent} ${session}`,
      metadata: { agent, owner, session, protocol_version: PROTOCOL_VERSION },
      queue: QUEUE,
    });
    const one = new AgentService(options, service);
    service.addEndpoint('prompt', {
      subject: verbSubject('prompt', identity),
      queue: QUEUE,
      metadata: { max_payload: `${largestPrompt(nc)}B`, attachments_ok: 'false' },
      handler: (error, request) => {
        if (error) options.onError(error);
        else one.#prompted(request).catch(options.onError);
      },
    });
    service.addEndpoint('status', {
      subject: verbSubject('status', identity),
      queue: QUEUE,
      handler: (error, request) => {
        if (error) options.onError(error);
        else request.respond(one.#beat());
      },
    });
    await nc.flush();
    one.heartbeat();
    return one;
  }

  heartbeat(): void {
    const { nc } = this.#options;
    if (!nc.isClosed()) nc.publish(verbSubject('hb', this.identity), this.#beat());
  }

  async stop(): Promise<void> {
    await this.#service.stop();
  }

  #beat(): string {
    const { heartbeatMs } = this.#options;
    return JSON.stringify({
      ...this.identity,
      instance_id: this.#service.info().id,
      ts: new Date().toISOString(),
      interval_s: heartbeatMs / 1000,
    });
  }

  /** A caller that is gone has lost nothing: the log has it. */
  async #prompted(request: ServiceMsg): Promise<void> {
    const { nc, answer, onError } = this.#options;
    const reply = request.reply;
    const publish = (body?: unknown, named?: Record<string, string>) => {
      if (reply === undefined || reply === '' || nc.isClosed()) return;
      const own = named && headers();
      for (const [name, value] of Object.entries(named ?? {})) own?.set(name, value);
      const payload = body === undefined ? '' : JSON.stringify(body);
      nc.publish(reply, payload, own === undefined ? {} : { headers: own });
    };
    const acked = { type: 'status', data: 'ack' };
    let keepAlive: NodeJS.Timeout | undefined;
    try {
      await answer(request, {
        ack(commandId) {
          publish(acked, { [MESSAGE_HEADER]: commandId });
          keepAlive = setInterval(() => publish(acked), KEEP_ALIVE_MS);
        },
        response: (text, file) =>
          publish({ type: 'response', data: file === undefined ? text : { text, file } }),
        query: (id, prompt, signal) => this.#query({ id, prompt }, publish, signal),
      });
    } catch (error) {
      const { status, description, body } = protocolError(error);
      if (status === 500) onError(error);
      publish(body, {
        'Nats-Service-Error-Code': String(status),
        'Nats-Service-Error': description,
      });
    } finally {
      clearInterval(keepAlive);
      publish();
    }
  }

  async #query(
    data: { id: string; prompt: string },
    publish: (body: unknown) => void,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const { nc, inboxPrefix } = this.#options;
    const inbox = createInbox(inboxPrefix);
    const replies = nc.subscribe(inbox, { max: 1 });
    const leave = () => replies.unsubscribe();
    signal.addEventListener('abort', leave, { once: true });
    try {
      publish({ type: 'query', data: { ...data, reply_subject: inbox } });
      for await (const reply of replies) return reply.data;
      throw signal.reason;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

/** A text may grow when it becomes an event: half of what the broker takes. */
const largestPrompt = (nc: NatsConnection): number =>
  Math.floor((nc.info?.max_payload ?? 1024 * 1024) / 2);
