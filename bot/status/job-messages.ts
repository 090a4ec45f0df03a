import type { Api } from 'grammy';
import type { Logger } from 'pino';
import { isOpen } from '../../core/domain/job/job-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { jobFromLog } from '../../core/projection/job-from-log.ts';
import { jobMessageId } from '../delivery/delivery-ids.ts';
import { jobText } from '../delivery/job-text.ts';
import { confirmedDelivery, requestedDelivery } from '../delivery/ledger.ts';
import { messageParts } from '../delivery/message-part.ts';
import type { Pace } from '../delivery/pace.ts';
import { callError } from '../telegram/call-outcome.ts';
import { inlineKeyboard } from '../telegram/send-part.ts';
import type { Words } from '../words/words.ts';

export interface JobMessagesOptions {
  api: Api;
  log: EventLog;
  pace: Pace;
  logger: Logger;
  presentId: (chatId: string) => string;
  wordsOf: (chatId: string) => Words;
  /** How often one message is edited at most. */
  editEveryMs?: number;
}

interface Kept {
  /** The first event of it that its message does not show yet. */
  unshown?: number | undefined;
  /** The first one that came while its message was being edited. */
  meanwhile?: number | undefined;
  edit?: Promise<void>;
  timer?: NodeJS.Timeout;
  /** How often it could not be edited in a row. */
  failures: number;
  shown?: string;
}

const EDIT_EVERY_MS = 2_500;
/** An edit that does not come about so often is given up: the agent says the end as well. */
const MAX_FAILURES = 20;

/**
 * Keeps the one message that a chat has of each job as the job is: edited as it goes on, not too often,
 * and once more at its end. It waits for messages that matter, never they for it.
 */
export class JobMessages {
  readonly #options: JobMessagesOptions;
  readonly #jobs = new Map<string, Kept>();
  #stopped = false;

  constructor(options: JobMessagesOptions) {
    this.#options = options;
  }

  /**
   * Something was said of a job.
   *
   * @param sequence the event's place in the log
   */
  changed(jobId: string, sequence: number): void {
    const kept = this.#jobs.get(jobId) ?? { failures: 0 };
    kept.unshown ??= sequence;
    kept.meanwhile ??= sequence;
    this.#jobs.set(jobId, kept);
    this.#refresh(jobId, kept);
  }

  /** A place in the log up to which the messages show all that was said of jobs. */
  get shownThrough(): number {
    const unshown = [...this.#jobs.values()].map(
      (kept) => kept.unshown ?? Number.POSITIVE_INFINITY,
    );
    return Math.min(...unshown) - 1;
  }

  /** Nothing of it runs any more when this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#jobs.values()) clearTimeout(timer);
    await Promise.all([...this.#jobs.values()].map(({ edit }) => edit));
  }

  /** One edit at a time: what comes meanwhile is shown by the next. */
  #refresh(jobId: string, kept: Kept): void {
    if (this.#stopped || kept.edit !== undefined || kept.timer !== undefined) return;
    kept.edit = this.#show(jobId, kept).finally(() => {
      delete kept.edit;
      if (this.#jobs.get(jobId) === kept) this.#later(jobId, kept);
    });
  }

  #later(jobId: string, kept: Kept): void {
    if (this.#stopped) return;
    kept.timer = setTimeout(() => {
      delete kept.timer;
      if (kept.unshown !== undefined) this.#refresh(jobId, kept);
    }, this.#options.editEveryMs ?? EDIT_EVERY_MS);
  }

  /** Forgotten once its end is shown, or cannot be. */
  async #show(jobId: string, kept: Kept): Promise<void> {
    kept.meanwhile = undefined;
    try {
      const end = await this.#edit(jobId, kept);
      kept.unshown = kept.meanwhile;
      if (end === 'over' && kept.unshown === undefined) this.#jobs.delete(jobId);
      kept.failures = 0;
    } catch (error) {
      kept.failures += 1;
      const reason = callError(error);
      this.#options.logger.debug({ reason, jobId }, 'the message of a job is not edited');
      if (kept.failures > MAX_FAILURES) this.#jobs.delete(jobId);
    }
  }

  async #edit(jobId: string, kept: Kept): Promise<'over' | undefined> {
    const { api, log, pace, presentId, wordsOf } = this.#options;
    const deliveryId = jobMessageId(jobId);
    const [job, request, confirmed] = await Promise.all([
      jobFromLog(log, jobId),
      requestedDelivery(log, deliveryId),
      confirmedDelivery(log, deliveryId),
    ]);
    if (job === undefined || request === undefined) return 'over';
    if (confirmed === undefined) throw new Error('its message has not come yet');
    const chatId = presentId(request.chatId);
    if (!pace.tryTakeSpare(chatId)) throw new Error('other messages go first');
    const [part] = messageParts(jobText(job, wordsOf(chatId).jobs));
    if (part?.kind !== 'text') return 'over';
    const { text, entities } = part.text;
    const shown = JSON.stringify([text, part.buttons]);
    if (shown !== kept.shown) {
      const keyboard = part.buttons && { reply_markup: inlineKeyboard(part.buttons) };
      await api
        .editMessageText(chatId, Number(confirmed), text, { entities, ...keyboard })
        .catch(ignoreSame);
      kept.shown = shown;
    }
    return isOpen(job) ? undefined : 'over';
  }
}

/** It was shown like this before a restart. */
function ignoreSame(error: unknown): void {
  if (!String(error).includes('message is not modified')) throw error;
}
