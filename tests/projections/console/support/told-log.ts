import { createHash } from 'node:crypto';
import type { EventLog } from '../../../../core/log/event-log.ts';
import { storeFile } from '../../../../platform/files/file-store.ts';
import type { NewEvent } from '../../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../../schemas/event-catalogue.ts';
import { newEvent, type Whose } from '../../../../schemas/new-event.ts';
import { appendInOrder } from '../../../support/append-in-order.ts';

export const ADA = { channel: 'telegram', userId: '4711471147' };

const DEADLINE = '2099-01-01T00:00:00.000Z';

interface Meta {
  id?: string;
  correlationId?: string;
  causationId?: string;
}

/** Tells the log what spawners, agents and bots would: the console shows nothing else. */
export class ToldLog {
  readonly log: EventLog;
  #count = 0;

  constructor(log: EventLog) {
    this.log = log;
  }

  /** An event; under an id of its own where none is given. */
  event<T extends EventType>(type: T, whose: Whose<T>, data: DataOf<T>, meta: Meta = {}): NewEvent {
    this.#count += 1;
    const { id = `told-${this.#count}`, ...because } = meta;
    const all = { id, source: 'orchestrator/test', now: new Date(), ...because };
    return newEvent(type, whose, data, all);
  }

  async tell<T extends EventType>(
    type: T,
    whose: Whose<T>,
    data: DataOf<T>,
    meta: Meta = {},
  ): Promise<void> {
    await appendInOrder(this.log, [this.event(type, whose, data, meta)]);
  }

  /** What an agent says itself; the id. */
  async says<T extends EventType>(type: T, agentId: string, data: DataOf<T>): Promise<string> {
    this.#count += 1;
    const id = `${agentId}_told-${this.#count}`;
    // Whatever an agent says has no more of an address than the agent.
    await this.tell(type, { agentId } as Whose<T>, data, { id });
    return id;
  }

  /** An agent that takes messages. */
  async agent(agentId: string, name: string): Promise<void> {
    const whose = { agentId };
    const life = { ttlMs: 3_600_000, turnDeadlineMs: 600_000 };
    await this.tell('command.create', whose, { kind: 'demo', name, owner: ADA, ...life });
    const run = { node: 'node-test', epoch: 1, runtime: 'local', expiresAt: DEADLINE };
    await this.tell('process.starting', whose, { runId: `run-${agentId}`, ...run });
    await this.tell('process.ready', whose, { runId: `run-${agentId}`, pid: 42 });
  }

  /** A message, and the turn that it opens; the place of the message. */
  async turn(agentId: string, id: string, text: string): Promise<number> {
    const because = { correlationId: id, causationId: id };
    await this.tell(
      'command.send',
      { agentId },
      { text, from: ADA, mode: 'join' },
      { id, correlationId: id },
    );
    const sequence = await this.log.lastSequence('EVENTS');
    const turnId = `turn-${id}`;
    const started = { turnId, commandId: id, deadlineAt: DEADLINE };
    await this.tell('turn.started', { agentId }, started, because);
    const written = { runId: `run-${agentId}`, commandId: id, turnId, bytes: text.length };
    await this.tell('process.delivered', { agentId }, written, because);
    return sequence;
  }

  async endTurn(agentId: string, id: string, answers = 1): Promise<void> {
    const data = { turnId: `turn-${id}`, answers, questions: 0 };
    await this.tell('turn.ended', { agentId }, data, {
      correlationId: id,
      causationId: `turn-${id}`,
    });
  }

  /** What the bot states of a delivery that was requested for the event at this place. */
  async delivery(
    deliveryId: string,
    { agentId, sequence, messageId }: { agentId: string; sequence: number; messageId: string },
    outcome: 'confirmed' | 'failed' | 'perhaps',
    reason = 'Forbidden: bot was blocked by the user',
  ): Promise<void> {
    const whose = { channel: 'telegram', deliveryId };
    const request = { chatId: '4711471147', agentId, sequence };
    await this.tell('delivery.requested', whose, request, { correlationId: messageId });
    const attempt = (number: number) => ({ part: 0, parts: 1, attempt: number });
    await this.tell('delivery.attempted', whose, attempt(1));
    if (outcome === 'failed') {
      await this.tell('delivery.failed', whose, { part: 0, code: 403, reason, again: false });
      return;
    }
    if (outcome === 'perhaps') {
      await this.tell('delivery.ambiguous', whose, { part: 0, reason });
      await this.tell('delivery.attempted', whose, attempt(2));
    }
    await this.tell('delivery.confirmed', whose, { part: 0, parts: 1, messageId: '1001' });
  }

  async file(agentId: string, name: string, text: string) {
    const fileId = `file-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
    const bytes = Buffer.from(text);
    const stored = await storeFile(this.log.connection.nc, agentId, { fileId, name, bytes });
    if (!stored.ok) throw new Error(stored.error);
    return stored.reference;
  }

  async prints(agentId: string, lines: readonly string[]): Promise<void> {
    const subject = `agents.${agentId}.log.stdout`;
    const expectedLast = (await this.log.last('LOGS', subject))?.sequence ?? 0;
    const encoded = lines.map((line, index) => ({
      position: `${expectedLast}-${index}`,
      bytes: Buffer.from(line),
      continued: false,
    }));
    const options = {
      runId: 'run-1',
      source: 'test',
      time: new Date().toISOString(),
      expectedLast,
    };
    const result = await this.log.appendLog(subject, encoded, options);
    if (!result.ok) throw new Error(result.error);
  }
}
