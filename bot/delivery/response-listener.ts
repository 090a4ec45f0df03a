import type { Logger } from 'pino';
import { requestedJob } from '../../core/conversation/known-job.ts';
import { Speakers } from '../../core/conversation/speakers.ts';
import { agentOf } from '../../core/conversation/talk.ts';
import { TurnCauses } from '../../core/conversation/turn-causes.ts';
import { JOB_ENDS } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { isPassing } from '../../core/log/passing-error.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { retry } from '../../platform/async/retry.ts';
import type { Health } from '../../platform/service/health.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject, SAID_AND_DONE } from '../../schemas/subjects.ts';
import type { AgentPlaces } from './agent-places.ts';
import type { ChatPlace } from './chat-place.ts';
import { deliveryIdOf, jobMessageId, noticeIdOf } from './delivery-ids.ts';
import { requestDelivery } from './ledger.ts';

/** What is shown while an agent works, and is worth nothing afterwards. */
export interface LiveStatus {
  working(place: ChatPlace, turnId: string): void;
  progress(place: ChatPlace, text: string): void;
  /** The agent has said something, or with its turn is done. */
  done(place: ChatPlace, turnId?: string): void;
}

/** What a reaction tells whoever wrote a message: it is stored, its turn has ended, or nothing any more. */
export type Mark = 'stored' | 'ended' | 'none';

export interface Marks {
  /** @param messages their numbers in that chat */
  mark(chatId: string, messages: readonly string[], mark: Mark): void;
}

export interface ResponseListenerOptions {
  log: EventLog;
  status: LiveStatus;
  marks: Marks;
  logger: Logger;
  health: Health;
  places: AgentPlaces;
  /** Says how several messages come to have one answer; undefined where the chat knows. */
  joinedNotice: (chatId: string, messages: number) => string | undefined;
  /** Of the commands that this channel gave: their rejections are for their chat. */
  isOwnCommand: (commandId: string) => boolean;
  /** The message of a job is to be as the job is; with the place of the event in the log. */
  jobChanged: (jobId: string, sequence: number) => void;
}

const PART = 'telegram listener';

/**
 * Hears what agents say and requests its delivery in the ledger, in the order of the log. Where it
 * is in the log is part of the log: it begins behind the last place up to which everything is
 * settled, and what it meets again is in the ledger already. So nothing that is said while the bot
 * is down, or dies, is passed over. What an agent says after its end is nobody's.
 */
export class ResponseListener {
  readonly #options: ResponseListenerOptions;
  readonly #speakers: Speakers;
  readonly #causes: TurnCauses;
  /** Chats that know how messages join. */
  readonly #explained = new Set<string>();
  #missed = 0;
  /** The end of the log when this began. */
  #begunAt = 0;
  /** The last event that was dealt with. */
  place = 0;

  constructor(options: ResponseListenerOptions) {
    this.#options = options;
    this.#speakers = new Speakers(options.log);
    this.#causes = new TurnCauses(options.log);
  }

  /** Follows the log from behind a settled place until the signal aborts. */
  async run(settled: number, signal: AbortSignal): Promise<void> {
    this.place = settled;
    const from = { sequence: settled + 1 };
    const { log } = this.#options;
    const stored = await log.lastSequence('EVENTS').catch(() => settled);
    this.#begunAt = stored;
    const following = log.follow({ stream: 'EVENTS', from, filter: SAID_AND_DONE, signal });
    for await (const { messages, caughtUp } of following) {
      for (const message of messages) {
        await this.#dealWith(message, caughtUp, signal);
        if (signal.aborted) return;
        this.place = message.sequence;
      }
      // What is no agent's was never in the way.
      if (caughtUp) this.place = Math.max(this.place, stored);
    }
  }

  /** Again while the log is away; what fails for good is left out, so that the next are heard. */
  async #dealWith(message: StoredMessage, live: boolean, signal: AbortSignal): Promise<void> {
    const { logger, health } = this.#options;
    const { sequence } = message;
    let isFailing = false;
    const failing = (error: unknown) => {
      isFailing = true;
      logger.warn({ err: error, sequence }, 'response waits');
      health.report(PART, false, `what agents say waits: ${reasonOf(error)}; tried again`);
    };
    try {
      await retry(() => this.#hear(message, live), { isPassing, failing, signal });
      if (isFailing) this.#reportMissed(true, 'hears what agents say');
    } catch (error) {
      if (signal.aborted) return;
      logger.error({ err: error, sequence }, 'response left out');
      this.#missed += 1;
      this.#reportMissed(false, reasonOf(error));
    }
  }

  #reportMissed(ok: boolean, detail: string): void {
    const missed = `${this.#missed} left out since the start; the system log says which and why`;
    const isWell = this.#missed === 0 && ok;
    this.#options.health.report(PART, isWell, isWell ? detail : missed);
  }

  async #hear(message: StoredMessage, live: boolean): Promise<void> {
    const agentId = agentOf(message.subject);
    if (agentId === undefined) return this.#hearJob(message, live);
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') return;
    const { event } = parsed;
    const because = await this.#causes.of(event);
    if ((await this.#speakers.refusal(event)) !== undefined) return;
    this.#options.places.learn(agentId, event);
    await this.#mark(agentId, event);
    if (!this.#matters(event)) return;
    const place = await this.#options.places.placeOf(agentId, event);
    if (place === undefined) return;
    if (isDelivered(event)) {
      const request = { ...place, agentId, sequence: event.sequence };
      const deliveryId = deliveryIdOf(agentId, event.id);
      const { correlationId, traceparent } = because;
      const cause = { correlationId, traceparent, causationId: event.id };
      await requestDelivery(this.#options.log, deliveryId, request, cause);
      if (event.type === 'response.answer') await this.#explainJoined(agentId, place);
    }
    if (live) this.#show(place, event);
  }

  /** A job has one message in the chat of its agent: from the question on, or else from when it runs. */
  async #hearJob(message: StoredMessage, live: boolean): Promise<void> {
    const address = parseSubject(message.subject);
    if (address?.family !== 'job') return;
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') return;
    const { event } = parsed;
    const { jobId } = address;
    const { sequence } = event;
    if (event.type !== 'job.input-required' && event.type !== 'job.accepted') {
      // What comes of it is shown, also where that came while the bot was away.
      if (live || JOB_ENDS.has(event.type)) this.#options.jobChanged(jobId, sequence);
      return;
    }
    const { log, places } = this.#options;
    const requested = await requestedJob(log, jobId);
    if (requested?.by === undefined) return;
    const place = await places.placeOf(requested.by.agentId, event);
    if (place === undefined) return;
    const { id, correlationId, traceparent } = event;
    const request = { ...place, sequence };
    const cause = { correlationId, traceparent, causationId: id };
    await requestDelivery(log, jobMessageId(jobId), request, cause);
    // A question that was answered does not stay there as one.
    if (live || event.type === 'job.accepted') this.#options.jobChanged(jobId, sequence);
  }

  /** Once for a chat: the notice is stored under the chat’s id. */
  async #explainJoined(agentId: string, place: ChatPlace): Promise<void> {
    const { log, joinedNotice } = this.#options;
    const messages = this.#options.places.messagesOfAnswer(agentId);
    if (messages < 2 || this.#explained.has(place.chatId)) return;
    const text = joinedNotice(place.chatId, messages);
    if (text !== undefined) {
      await requestDelivery(log, noticeIdOf(place.chatId, 'joined'), { ...place, text });
    }
    this.#explained.add(place.chatId);
  }

  async #mark(agentId: string, event: StoredEvent): Promise<void> {
    const mark = markOf(event);
    // What was written while the bot was away may have ended meanwhile.
    const isLate = mark === 'stored' && event.sequence <= this.#begunAt;
    if (mark === undefined || isLate) return;
    const { places, marks } = this.#options;
    const place = await places.placeOf(agentId, event);
    if (place) marks.mark(place.chatId, places.messagesOf(agentId, event), mark);
  }

  #matters(event: StoredEvent): boolean {
    if (event.type === 'process.undone') return this.#options.isOwnCommand(event.data.commandId);
    if (event.type === 'process.rejected') {
      const { code, commandId } = event.data;
      // The start that failed is said itself, and once for all the messages that waited for it.
      return code !== 'ORC_START_FAILED' && this.#options.isOwnCommand(commandId);
    }
    return isDelivered(event) || isStatus(event);
  }

  #show(place: ChatPlace, event: StoredEvent): void {
    const { status } = this.#options;
    if (event.type === 'turn.started') status.working(place, event.data.turnId);
    else if (event.type === 'response.progress') status.progress(place, event.data.text);
    else status.done(place, 'turnId' in event.data ? event.data.turnId : undefined);
  }
}

const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

/** What must reach the chat. */
const isDelivered = (event: StoredEvent): boolean =>
  event.type === 'response.answer' ||
  event.type === 'response.question' ||
  event.type === 'turn.failed' ||
  event.type === 'process.rejected' ||
  event.type === 'process.undone' ||
  event.type === 'process.home-due' ||
  (event.type === 'process.resumed' && event.data.memory === 'digest') ||
  isFailedStart(event);

/** Nobody needs to have written to it: `/new` alone starts an agent. */
const isFailedStart = (event: StoredEvent): boolean =>
  event.type === 'process.start-failed' ||
  (event.type === 'process.stopped' && event.data.reason === 'start-failed');

/** A turn that failed and a message that was refused are spoken of in words. */
function markOf({ type }: StoredEvent): Mark | undefined {
  if (type === 'command.send') return 'stored';
  if (type === 'turn.ended') return 'ended';
  return type === 'turn.failed' || type === 'process.rejected' ? 'none' : undefined;
}

const isStatus = ({ type }: StoredEvent): boolean =>
  type === 'turn.started' || type === 'turn.ended' || type === 'response.progress';
