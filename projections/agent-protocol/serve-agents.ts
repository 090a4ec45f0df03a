import type { ServiceMsg } from '@nats-io/services';
import type { Logger } from 'pino';
import type { LogConnection } from '../../core/log/connection.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import { agentIdentity } from './agent-identity.ts';
import { AgentService } from './agent-service.ts';
import { answerPrompt, type ChunkStream } from './prompt-answer.ts';

export interface ServeAgentsOptions {
  connection: LogConnection;
  log: EventLog;
  follower: SystemFollower;
  settings: Pick<Settings, 'ORCHESTRATOR_MESSAGE_MODE'>;
  logger: Logger;
  version: string;
  signal: AbortSignal;
  /** Milliseconds between heartbeats; 30 s. */
  heartbeatMs?: number;
}

/** What the protocol recommends. */
const HEARTBEAT_MS = 30_000;

/** Prompts that are answered at a time: nobody tells when a caller has left. */
const MAX_PROMPTS = 500;

/**
 * Serves every agent that takes messages by Synadia's agent protocol for NATS, in the operator's account, for as long as
 * it does (docs/decisions/0143-the-agent-protocol-of-nats.md).
 */
export async function serveAgents(options: ServeAgentsOptions): Promise<{ stop(): Promise<void> }> {
  const served = new ServedAgents(options);
  await served.start();
  return served;
}

class ServedAgents {
  readonly #options: ServeAgentsOptions;
  readonly #services = new Map<string, AgentService>();
  readonly #changes = new SerialQueue();
  #beats: NodeJS.Timeout | undefined;
  #leave: (() => void) | undefined;
  #prompts = 0;

  constructor(options: ServeAgentsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { follower, heartbeatMs = HEARTBEAT_MS } = this.#options;
    this.#leave = follower.subscribe(({ subject }) => {
      const address = parseSubject(subject);
      if (address !== undefined && 'agentId' in address) this.#look(address.agentId);
    });
    for (const agentId of follower.state.agents.keys()) this.#look(agentId);
    await this.#changes.idle();
    this.#beats = setInterval(() => {
      for (const service of this.#services.values()) service.heartbeat();
    }, heartbeatMs);
  }

  async stop(): Promise<void> {
    this.#leave?.();
    clearInterval(this.#beats);
    await this.#changes.run(async () => {
      await Promise.allSettled([...this.#services.values()].map((service) => service.stop()));
      this.#services.clear();
    });
  }

  /** Brings the service of an agent in line with its state, where it is not. */
  #look(agentId: string): void {
    if (!this.#isChanged(agentId)) return;
    this.#changes
      .run(() => this.#bringInLine(agentId))
      .catch((error: unknown) => {
        this.#options.logger.error({ err: error, agentId }, 'agent protocol: not served');
      });
  }

  #isChanged(agentId: string): boolean {
    const wanted = this.#wanted(agentId);
    const present = this.#services.get(agentId)?.identity;
    return wanted?.agent !== present?.agent || wanted?.owner !== present?.owner;
  }

  readonly #wanted = (agentId: string) =>
    agentIdentity(this.#options.follower.state.agents.get(agentId));

  async #bringInLine(agentId: string): Promise<void> {
    if (!this.#isChanged(agentId) || this.#options.signal.aborted) return;
    await this.#services.get(agentId)?.stop();
    this.#services.delete(agentId);
    const identity = this.#wanted(agentId);
    if (identity === undefined) return;
    const { connection, version, logger, heartbeatMs = HEARTBEAT_MS } = this.#options;
    const { nc, inboxPrefix } = connection;
    const service = await AgentService.add({
      nc,
      inboxPrefix,
      version,
      identity,
      heartbeatMs,
      answer: (request, chunks) => this.#answer(agentId, request, chunks),
      onError: (error) => logger.error({ err: error, agentId }, 'agent protocol: failed'),
    });
    this.#services.set(agentId, service);
  }

  async #answer(agentId: string, request: ServiceMsg, chunks: ChunkStream): Promise<void> {
    if (this.#prompts >= MAX_PROMPTS) {
      const what = `${MAX_PROMPTS} prompts are being answered already`;
      throw new OrchestratorError('ORC_RATE_LIMIT', what, { cure: 'Ask again later.' });
    }
    this.#prompts += 1;
    try {
      const { headers, data: payload } = request;
      const key = headers?.get('Nats-Msg-Id') || undefined;
      const traceparent = headers?.get('traceparent') || undefined;
      await answerPrompt({ agentId, payload, key, traceparent }, chunks, this.#options);
    } finally {
      this.#prompts -= 1;
    }
  }
}
