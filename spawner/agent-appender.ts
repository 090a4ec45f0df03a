import type { Logger } from 'pino';
import { type AppendFailure, type AppendResult, appendError } from '../core/log/append-result.ts';
import type { EventLog } from '../core/log/event-log.ts';
import type { SystemFollower } from '../core/projection/system-follower.ts';
import type { NewEvent } from '../schemas/event.ts';
import { agentFilter, jobFilter, parseSubject } from '../schemas/subjects.ts';

export interface AgentAppenderOptions {
  log: EventLog;
  follower: SystemFollower;
  logger: Logger;
}

/** The server will never take these events as they are, however often they are sent. */
export class NeverStored extends Error {
  override readonly name = 'NeverStored';
}

/**
 * What was decided stands in the log already, all that was folded came after it, and it was decided
 * again: a bug, which no further look mends.
 */
export class DecidedAgain extends Error {
  override readonly name = 'DecidedAgain';
}

/** Appends what was decided on one agent's state, and resolves when it is folded. */
export class AgentAppender {
  readonly agentId: string;
  readonly #deps: AgentAppenderOptions;
  readonly #signal: AbortSignal;

  constructor(agentId: string, deps: AgentAppenderOptions, signal: AbortSignal) {
    this.agentId = agentId;
    this.#deps = deps;
    this.#signal = signal;
  }

  /**
   * Appends what was decided on the state as folded; true, for the state is another now. Throws
   * {@link NeverStored}, {@link DecidedAgain}, and what passes, such as a server that is away, as
   * the log's error.
   */
  async append(events: NewEvent[]): Promise<boolean> {
    const { follower } = this.#deps;
    const decidedOn = follower.sequence;
    // Not all of the agent's subjects, or one that talks fast starves its own spawner
    // (docs/decisions/0004-fence-on-process-facts.md).
    const filter = agentFilter(this.agentId, 'process');
    const sequence = follower.state.fences.get(this.agentId) ?? (await this.#lastOn(filter));
    if (await this.#isBehind(sequence)) return true;
    const result = await this.#deps.log.append(events, { expect: { filter, sequence } });
    return this.#settled(result, events, decidedOn);
  }

  /**
   * Of an agent without an owner: whoever comes first states it. What stands on the result's subject
   * is folded, and the call waits all the same: it is the result of an earlier call of this id.
   */
  async appendResult(events: NewEvent[]): Promise<boolean> {
    const { log, follower } = this.#deps;
    const decidedOn = follower.sequence;
    const filter = events.at(-1)?.subject ?? '';
    const sequence = await this.#lastOn(filter);
    if (await this.#isBehind(sequence)) return true;
    const result = await log.append(events, { expect: { filter, sequence } });
    return this.#settled(result, events, decidedOn);
  }

  /** Resolves when all that the agent has said is folded: its end is stated after its last word. */
  async hear(): Promise<void> {
    const { log, follower } = this.#deps;
    const sequence = await log.heard(agentFilter(this.agentId), this.#signal);
    await follower.folded(sequence, this.#signal);
  }

  /** What is not in mind is in the log: of an agent that was archived, of a command to nobody. */
  async #lastOn(filter: string): Promise<number> {
    return (await this.#deps.log.last('EVENTS', filter))?.sequence ?? 0;
  }

  /** Resolves when it is folded: what was decided was decided without it. */
  async #isBehind(sequence: number): Promise<boolean> {
    const { follower } = this.#deps;
    if (sequence <= follower.sequence) return false;
    await follower.folded(sequence, this.#signal);
    return true;
  }

  async #settled(result: AppendResult, events: NewEvent[], decidedOn: number): Promise<boolean> {
    const { follower } = this.#deps;
    if (result.ok && !result.duplicate) {
      await follower.folded(result.sequence, this.#signal);
      return true;
    }
    if (result.ok || result.error === 'conflict' || result.error === 'id-taken') {
      return this.#overtaken(result, events, decidedOn);
    }
    throw isFinal(result) ? new NeverStored(appendError(result).message) : appendError(result);
  }

  /** Something else was stored: what is decided next is decided on that. */
  async #overtaken(result: AppendResult, events: NewEvent[], decidedOn: number): Promise<boolean> {
    const { follower, log, logger } = this.#deps;
    const why = result.ok ? 'stored before' : result.error;
    const last = await log.last('EVENTS', agentFilter(this.agentId));
    if (last && last.sequence > follower.sequence) {
      logger.info({ agentId: this.agentId, why }, 'not appended, looking again');
      await follower.folded(last.sequence, this.#signal);
      return true;
    }
    if (await this.#isShared(events, decidedOn)) return true;
    // A fence that somebody has moved on is seen as soon as that is folded.
    if (!result.ok && result.error === 'conflict') throw appendError(result);
    throw new DecidedAgain(`${events.map(({ id }) => id).join(', ')}: ${why}`);
  }

  /** Another agent has requested the very job: with the key of their user it is one. */
  async #isShared(events: NewEvent[], decidedOn: number): Promise<boolean> {
    const { follower } = this.#deps;
    const jobs = new Set(events.flatMap((event) => jobIdOf(event) ?? []));
    const lasts = await Promise.all([...jobs].map((jobId) => this.#lastOn(jobFilter(jobId))));
    const last = Math.max(0, ...lasts);
    if (last <= decidedOn) return false;
    await follower.folded(last, this.#signal);
    return true;
  }
}

/** Whose job an event is about; undefined where it is about none. */
const jobIdOf = ({ subject }: NewEvent): string | undefined => {
  const address = parseSubject(subject);
  return address?.family === 'job' ? address.jobId : undefined;
};

const FINAL: ReadonlySet<AppendFailure['error']> = new Set(['too-large', 'refused']);

/** Whether time alone mends it. */
const isFinal = ({ error }: AppendFailure): boolean => FINAL.has(error);
