import { firstMessageId } from '../../core/conversation/events-of-person.ts';
import { forkReminder } from '../../core/conversation/fork-reminder.ts';
import type { EventContext } from '../../core/domain/agent/agent-event.ts';
import {
  type AgentState,
  isLive,
  type LiveAgent,
  type PendingMessage,
} from '../../core/domain/agent/agent-state.ts';
import { Attachment } from '../attachment.ts';
import { conversationDigest } from '../conversation-digest.ts';
import type { AgentProcess } from '../runtime/runtime.ts';
import type { WorkerDependencies } from '../worker-dependencies.ts';

/** An agent that is this spawner's: what the log says of it, and the process that it is attached to. */
export class OwnAgent {
  readonly agentId: string;
  readonly deps: WorkerDependencies;
  readonly signal: AbortSignal;
  /** Has the agent looked at again. */
  readonly wake: () => void;
  #attachment: Attachment | undefined;
  #digest: { sequence: number; text: string } | undefined;

  constructor(agentId: string, deps: WorkerDependencies, signal: AbortSignal, wake: () => void) {
    this.agentId = agentId;
    this.deps = deps;
    this.signal = signal;
    this.wake = wake;
  }

  /** As folded at this moment. */
  get state(): AgentState | undefined {
    return this.deps.follower.state.agents.get(this.agentId);
  }

  /** As an event that is stated at this moment wants it. */
  get context(): EventContext {
    return { now: this.deps.clock(), ...this.deps.ownership.self };
  }

  get attachment(): Attachment | undefined {
    return this.#attachment;
  }

  get process(): AgentProcess | undefined {
    return this.#attachment?.process;
  }

  /** Collects its logs; its end is stated after the last of them is stored. */
  watch(process: AgentProcess): void {
    const { collector, logger } = this.deps;
    const options = { collector, logger, wake: this.wake };
    this.#attachment = new Attachment(process, options, this.signal);
  }

  /** Keeps the login that its CLI has renewed in this turn. */
  async keepLogin(): Promise<void> {
    const { state } = this;
    if (state && isLive(state)) await this.deps.logins.look(state, this.process);
  }

  /** Lets go of the process, which lives on. */
  async letGo(): Promise<void> {
    this.#attachment?.letGo();
    this.#attachment = undefined;
    await this.deps.processes.letGo(this.agentId);
  }

  /**
   * Of what was said before a run that goes on with it, or before the turn that a fork's session ends with; undefined for any
   * other first run.
   */
  async digest({ agentId, run, queue }: LiveAgent): Promise<string | undefined> {
    if (run.forked === 'session') {
      return queue.find(({ commandId }) => commandId === firstMessageId(agentId))?.text;
    }
    if (run.resumed === undefined) return undefined;
    const { sequence } = run.resumed;
    if (this.#digest?.sequence !== sequence) {
      const text = await conversationDigest(this.deps.log, agentId, sequence, this.signal);
      this.#digest = { sequence, text };
    }
    return this.#digest.text;
  }

  /**
   * What is written of a message. Before the first of a run that remembers nothing stands a digest of what was said; a fork that
   * has a session is reminded of what it is, and has the digest that is its first message only where its CLI cannot take it up.
   */
  async textOf(state: LiveAgent, { commandId, text }: PendingMessage): Promise<string> {
    const { forkedFrom, project, run } = state;
    if (forkedFrom && run.forked === 'session' && commandId === firstMessageId(state.agentId)) {
      return forkReminder({ forkedFrom, project });
    }
    // One that takes up a session by itself has the digest from its host.
    const isHosted = this.deps.factories.get(state.kind)?.resumesItself === true;
    const begins =
      state.run.resumed?.memory === 'digest' && !isHosted && (state.written ?? 0) === 0;
    const digest = begins ? await this.digest(state) : undefined;
    return digest ? `${digest}\n\n${text}` : text;
  }

  /** Writes a text to its stdin, as its kind wants it; `gone` where there is no process any more. */
  async write(id: string, text: string): Promise<{ bytes: number } | 'gone'> {
    const { state } = this;
    const kind = state && 'kind' in state ? state.kind : '';
    const factory = this.deps.factories.get(kind);
    const bytes = factory?.formatMessageForStdin(text) ?? Buffer.from(`${text}\n`);
    const written = await this.process?.write(id, bytes);
    return written === undefined || written === 'gone' ? 'gone' : { bytes: bytes.byteLength };
  }
}
