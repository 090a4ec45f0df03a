import type { EventLog } from '../../core/log/event-log.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { parseEvent } from '../../schemas/parse-event.ts';

/** Of whoever waits: other programs may have the machine for minutes. */
export const PATIENCE_MS = 600_000;

/** What became of each message, by its text, as the log tells it. No text may be said twice. */
export class Outcomes {
  /** Events that ended the turn of the message, or refused it: one each is right. */
  readonly ends = new Map<string, string[]>();
  /** Of the answers and questions, by text. */
  readonly said = new Map<string, number>();
  /** Commands that bear the text: one each is right. */
  readonly commands = new Map<string, number>();
  /** Agents that have ended. */
  endedAgents = 0;
  /** Of EVENTS. */
  sequence = 0;
  readonly #texts = new Map<string, string>();
  readonly #ready = new Set<string>();
  readonly #changes = new ChangeSignal();

  async follow(log: EventLog, signal: AbortSignal): Promise<void> {
    const from = { sequence: 1 };
    for await (const { messages } of log.follow({ stream: 'EVENTS', from, signal })) {
      for (const message of messages) {
        this.sequence = message.sequence;
        const parsed = parseEvent(message);
        if (parsed.kind === 'event') this.#note(parsed.event);
      }
      this.#changes.changed();
    }
  }

  /** Resolves when the message of this text has an outcome. */
  async of(text: string): Promise<void> {
    await this.#changes.until(() => this.ends.has(text), AbortSignal.timeout(PATIENCE_MS));
  }

  async ready(agentId: string): Promise<void> {
    await this.#changes.until(() => this.#ready.has(agentId), AbortSignal.timeout(PATIENCE_MS));
  }

  async ended(agents: number): Promise<void> {
    await this.#changes.until(() => this.endedAgents >= agents, AbortSignal.timeout(PATIENCE_MS));
  }

  #note(event: Extract<ReturnType<typeof parseEvent>, { kind: 'event' }>['event']): void {
    switch (event.type) {
      case 'command.send':
        this.#texts.set(event.id, event.data.text);
        increase(this.commands, event.data.text);
        return;
      case 'turn.ended':
      case 'turn.failed':
        this.#end(event.correlationId, event.type);
        return;
      case 'process.rejected':
        this.#end(event.data.commandId, event.type);
        return;
      case 'response.answer':
      case 'response.question':
        increase(this.said, event.data.text);
        return;
      case 'process.ready':
        this.#ready.add(event.subject.split('.')[1] ?? '');
        return;
      case 'process.exited':
      case 'process.stopped':
        this.endedAgents += 1;
        return;
    }
  }

  #end(id: string | undefined, type: string): void {
    const text = this.#texts.get(id ?? '');
    if (text === undefined) return;
    this.ends.set(text, [...(this.ends.get(text) ?? []), type]);
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
