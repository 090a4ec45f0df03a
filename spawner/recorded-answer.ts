import {
  answerOfRecord,
  type RecordedAnswer,
  type RecordedTurn,
  recordedTurn,
} from '../core/domain/call/recorded-turn.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { StoredEvent } from '../schemas/event.ts';
import type { WhatIf } from '../schemas/events/command.ts';
import { parseEvent } from '../schemas/parse-event.ts';
import { subjectOf } from '../schemas/subjects.ts';

/**
 * Answers what a what-if asks of the outside by what is recorded of the turn that it runs otherwise. No tool is
 * reached, and nobody is asked (docs/decisions/0166-a-what-if-is-answered-by-the-record.md).
 */
export class RecordedAnswers {
  readonly #log: EventLog;
  readonly #signal: AbortSignal;
  #recorded: RecordedTurn | undefined;

  constructor(log: EventLog, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  /**
   * Throws as `EventLog.read` does.
   *
   * @param at the place of the call or question in the log
   */
  async to(agentId: string, whatIf: WhatIf, at: number): Promise<RecordedAnswer> {
    const { from, to } = whatIf;
    this.#recorded ??= recordedTurn(await this.#read(whatIf.agentId, from, to), whatIf);
    return answerOfRecord(this.#recorded, await this.#read(agentId, 1, at), at, whatIf);
  }

  async #read(agentId: string, from: number, until: number): Promise<StoredEvent[]> {
    const filter = [
      subjectOf({ family: 'turn', agentId, name: 'started' }),
      subjectOf({ family: 'response', agentId, name: 'question' }),
      `agents.${agentId}.tool.>`,
      `agents.${agentId}.result.>`,
    ];
    const range = { stream: 'EVENTS', from: { sequence: from }, until, filter } as const;
    const events: StoredEvent[] = [];
    for await (const message of this.#log.read({ ...range, signal: this.#signal })) {
      const parsed = parseEvent(message);
      if (parsed.kind === 'event') events.push(parsed.event);
    }
    return events;
  }
}
