import { timingSafeEqual } from 'node:crypto';
import { foldToken, isValid, type TokenState } from '../../core/domain/token/token.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { tokenHash, tokenIdOf } from '../../core/operator/api-tokens.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { TOKENS_FILTER } from '../../schemas/subjects.ts';

/** How long a request waits for what was said of tokens. */
const FOLDED_MS = 5_000;

/** The tokens of the HTTP API, as the log has them: it is followed, so that a revocation counts at once. */
export class KnownTokens {
  readonly #log: EventLog;
  readonly #tokens = new Map<string, TokenState>();
  readonly #changes = new ChangeSignal();
  #sequence = 0;
  #isCaughtUp = false;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Follows the log until the signal aborts. Throws as following it does. */
  async follow(signal: AbortSignal): Promise<void> {
    const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: TOKENS_FILTER } as const;
    for await (const { messages, caughtUp } of this.#log.follow({ ...range, signal })) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind === 'event') foldToken(this.#tokens, parsed.event);
        this.#sequence = message.sequence;
      }
      this.#isCaughtUp ||= caughtUp;
      this.#changes.changed();
    }
  }

  /**
   * Whether there is one that was not revoked. One that has expired counts: its end opens nothing. One
   * of an agent does not: it says nothing of what operators want of whoever asks them.
   */
  async areThere(): Promise<boolean> {
    await this.#until(() => this.#isCaughtUp);
    return [...this.#tokens.values()].some(
      ({ revokedAt, scope }) => revokedAt === undefined && scope !== 'agent',
    );
  }

  /** The token of this text; undefined where it opens nothing. Throws ORC_NOT_REACHABLE. */
  async find(text: string): Promise<TokenState | undefined> {
    const id = tokenIdOf(text);
    if (id === undefined) return undefined;
    await this.#until(() => this.#isCaughtUp);
    if (!this.#tokens.has(id)) {
      // Perhaps it was made a moment ago.
      const last = (await this.#log.last('EVENTS', TOKENS_FILTER))?.sequence ?? 0;
      await this.#until(() => this.#sequence >= last);
    }
    const token = this.#tokens.get(id);
    if (token === undefined || !isValid(token, new Date())) return undefined;
    const [given, kept] = [tokenHash(text), token.sha256].map((hash) => Buffer.from(hash, 'hex'));
    return given && kept && timingSafeEqual(given, kept) ? token : undefined;
  }

  async #until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    try {
      await this.#changes.until(holds, AbortSignal.timeout(FOLDED_MS));
    } catch (cause) {
      const what = 'NATS does not tell which tokens there are';
      throw new OrchestratorError('ORC_NOT_REACHABLE', what, { cause });
    }
  }
}
