import type { Views } from '../../core/conversation/agent-manager.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { CHANNEL } from '../people/channel.ts';

const VIEW_TIMEOUT_MS = 5_000;

/** Which chat an agent belongs to: the reverse lookup. An owner never changes, so it is remembered. */
export class Owners {
  readonly #views: Views;
  readonly #presentId: (chatId: string) => string;
  readonly #chats = new Map<string, string | undefined>();

  /** @param presentId the id that a chat has now; the one that it had without */
  constructor(views: Views, presentId: (chatId: string) => string = (chatId) => chatId) {
    this.#views = views;
    this.#presentId = presentId;
  }

  /** A creation that passes by saves a request later. */
  learn(agentId: string, event: StoredEvent): void {
    if (event.type !== 'command.create' || this.#chats.has(agentId)) return;
    const { owner } = event.data;
    this.#chats.set(agentId, owner?.channel === CHANNEL ? owner.userId : undefined);
  }

  /**
   * The chat of an agent as of an event of it; undefined where it is nobody's of this channel.
   * Throws ORC_NOT_REACHABLE and ORC_TIMED_OUT as views do.
   */
  async chatOf(agentId: string, atLeast: number): Promise<string | undefined> {
    if (!this.#chats.has(agentId)) this.#chats.set(agentId, await this.#ask(agentId, atLeast));
    const chatId = this.#chats.get(agentId);
    return chatId === undefined ? undefined : this.#presentId(chatId);
  }

  async #ask(agentId: string, atLeast: number): Promise<string | undefined> {
    try {
      const options = { timeoutMs: VIEW_TIMEOUT_MS };
      const { agent } = await this.#views.request('agent', { agentId, atLeast }, options);
      return agent.owner?.channel === CHANNEL ? agent.owner.userId : undefined;
    } catch (error) {
      const unknown = error instanceof OrchestratorError && error.code === 'ORC_AGENT_NOT_FOUND';
      if (unknown) return undefined;
      throw error;
    }
  }
}
