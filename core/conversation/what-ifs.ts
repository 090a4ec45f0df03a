import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { EventLog } from '../log/event-log.ts';
import { agentOf } from './talk.ts';

/** The number of agents that are remembered; another one is looked up again. */
const REMEMBERED = 10_000;

/** Who shows only what might have been, for readers of the log that pass on what agents say: nobody is to hear that. */
export class WhatIfs {
  readonly #log: EventLog;
  readonly #known = new Map<string, boolean>();

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Is a message of the log about such an agent? A promise only where the log has to be asked; rejects as that does. */
  isOf(subject: string): boolean | Promise<boolean> {
    const agentId = agentOf(subject);
    if (agentId === undefined) return false;
    return this.#known.get(agentId) ?? this.#lookUp(agentId);
  }

  async #lookUp(agentId: string): Promise<boolean> {
    const subject = subjectOf({ family: 'command', agentId, name: 'create' });
    const message = await this.#log.first('EVENTS', subject);
    if (message === undefined) return false;
    const parsed = parseEvent(message);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    const isOne = event?.type === 'command.create' && event.data.whatIf !== undefined;
    const [oldest] = this.#known.size < REMEMBERED ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(agentId, isOne);
    return isOne;
  }
}
