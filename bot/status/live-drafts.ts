import { type Api, GrammyError } from 'grammy';
import type { Logger } from 'pino';
import { type ChatPlace, inThread } from '../delivery/chat-place.ts';
import { isGroup } from '../delivery/pace.ts';
import type { LiveStatus } from '../delivery/response-listener.ts';
import { callError } from '../telegram/call-outcome.ts';
import { cutAtGrapheme } from '../text/grapheme.ts';
import { draftIdOf } from './draft-id.ts';
import { EndedTurns } from './ended-turns.ts';

/** Shows the same where there are no drafts. */
interface Elsewhere extends LiveStatus {
  restored(place: ChatPlace, turnId: string, text: string): void;
  stop(): Promise<void>;
}

export interface LiveDraftsOptions {
  api: Pick<Api, 'sendMessageDraft'>;
  /** For groups, and for chats that take no drafts. */
  elsewhere: Elsewhere;
  logger: Logger;
  /** A draft is gone after 30 s (Bot API, sendMessageDraft). */
  repeatEveryMs?: number;
  /** How often it is changed at most. */
  editEveryMs?: number;
}

interface Draft {
  place: ChatPlace;
  turnId: string;
  wanted: string;
  shown?: string;
  shownAt: number;
  isOnItsWay: boolean;
  /** When the turn is forgotten whatever happens. */
  until: number;
  timer?: NodeJS.Timeout;
}

const REPEAT_EVERY_MS = 20_000;
const EDIT_EVERY_MS = 1_500;
const FORGET_AFTER_MS = 60 * 60_000;
const MAX_TEXT = 1_000;
const MAX_CHATS = 1_000;

/**
 * What a private chat sees while its agent works: a draft with a button that stops it, empty at first (“Thinking…”), then
 * with the latest progress. It is gone by itself when the answer comes, or half a minute after the last word. Worth nothing
 * afterwards, as {@link LiveStatus} says: it has no ledger, and no answer waits for it.
 */
export class LiveDrafts implements Elsewhere {
  readonly #options: LiveDraftsOptions;
  readonly #ended = new EndedTurns();
  /** Chats that took no draft. */
  readonly #without = new Set<string>();
  /** By chat and topic. */
  readonly #drafts = new Map<string, Draft>();

  constructor(options: LiveDraftsOptions) {
    this.#options = options;
  }

  working(place: ChatPlace, turnId: string): void {
    if (this.#isElsewhere(place)) this.#options.elsewhere.working(place, turnId);
    else this.#begin(place, turnId);
  }

  progress(place: ChatPlace, text: string): void {
    if (this.#isElsewhere(place)) this.#options.elsewhere.progress(place, text);
    const draft = this.#drafts.get(keyOf(place));
    // What is said outside of any turn, or to a turn of before the start, is in no draft that could be stopped.
    if (draft === undefined) return;
    draft.wanted = cutAtGrapheme(text.toWellFormed(), MAX_TEXT);
    this.#plan(draft);
  }

  /** A turn that goes on since before the start, unless it has ended meanwhile. */
  restored(place: ChatPlace, turnId: string, text: string): void {
    if (this.#isElsewhere(place)) this.#options.elsewhere.restored(place, turnId, text);
    else if (!this.#ended.has(turnId)) {
      const known = this.#drafts.get(keyOf(place));
      if (known === undefined) this.#begin(place, turnId, text);
      else if (known.wanted === '') this.progress(place, text);
    }
  }

  done(place: ChatPlace, turnId?: string): void {
    if (turnId !== undefined) this.#ended.note(turnId);
    this.#options.elsewhere.done(place, turnId);
    this.#end(place);
  }

  async stop(): Promise<void> {
    for (const { place } of [...this.#drafts.values()]) this.#end(place);
    await this.#options.elsewhere.stop();
  }

  #isElsewhere({ chatId }: ChatPlace): boolean {
    return isGroup(chatId) || this.#without.has(chatId);
  }

  #begin(place: ChatPlace, turnId: string, wanted = ''): void {
    this.#end(place);
    const until = performance.now() + FORGET_AFTER_MS;
    const draft = { place, turnId, wanted, shownAt: 0, isOnItsWay: false, until };
    this.#drafts.set(keyOf(place), draft);
    void this.#show(draft);
  }

  #end(place: ChatPlace): void {
    clearTimeout(this.#drafts.get(keyOf(place))?.timer);
    this.#drafts.delete(keyOf(place));
  }

  #plan(draft: Draft): void {
    if (draft.isOnItsWay || !this.#isPresent(draft)) return;
    clearTimeout(draft.timer);
    const { editEveryMs = EDIT_EVERY_MS, repeatEveryMs = REPEAT_EVERY_MS } = this.#options;
    const every = draft.wanted === draft.shown ? repeatEveryMs : editEveryMs;
    const ms = Math.max(0, draft.shownAt + every - performance.now());
    draft.timer = setTimeout(() => void this.#show(draft), ms);
  }

  async #show(draft: Draft): Promise<void> {
    const { place, turnId, wanted, until } = draft;
    if (performance.now() > until) return this.#end(place);
    draft.isOnItsWay = true;
    const { api, logger } = this.#options;
    const other = { can_stop: true, ...inThread(place.thread) };
    try {
      await api.sendMessageDraft(Number(place.chatId), draftIdOf(turnId), wanted, other);
    } catch (error) {
      logger.debug({ reason: callError(error) }, 'draft not shown');
      if (error instanceof GrammyError && isRefused(error)) return this.#goElsewhere(draft);
    }
    Object.assign(draft, { shown: wanted, shownAt: performance.now(), isOnItsWay: false });
    this.#plan(draft);
  }

  /** A server or a chat that knows no drafts. */
  #goElsewhere(draft: Draft): void {
    const { place, turnId } = draft;
    const [oldest] = this.#without;
    if (this.#without.size >= MAX_CHATS && oldest !== undefined) this.#without.delete(oldest);
    this.#without.add(place.chatId);
    if (!this.#isPresent(draft)) return;
    this.#end(place);
    this.#options.elsewhere.working(place, turnId);
    if (draft.wanted !== '') this.#options.elsewhere.progress(place, draft.wanted);
  }

  #isPresent(draft: Draft): boolean {
    return this.#drafts.get(keyOf(draft.place)) === draft;
  }
}

const isRefused = ({ error_code: code }: GrammyError): boolean => code === 400 || code === 404;

const keyOf = ({ chatId, thread = '' }: ChatPlace): string => `${chatId}/${thread}`;
