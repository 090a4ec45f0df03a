import type { Logger } from 'pino';
import { samePerson } from '../../core/domain/same-person.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StoredMessage } from '../../core/log/stored-message.ts';
import { agentFromLog } from '../../core/projection/agent-from-log.ts';
import { agentSummary } from '../../core/views/agent-summary.ts';
import { NEAR } from '../../platform/async/back-off.ts';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import { keepRunning } from '../../platform/async/keep-running.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEventOf } from '../../schemas/event.ts';
import { MAX_PAGE } from '../../schemas/limits.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { AgentSummary, ViewRequest, ViewResponse } from '../../schemas/views.ts';
import { ArchivedFile, type ArchivedRecord } from './archived-file.ts';

export interface ArchivedAgentsOptions {
  /** The file that it keeps; it may be deleted at any time: the log has everything. */
  path: string;
  log: EventLog;
  logger: Logger;
}

const ARCHIVED = 'agents.*.process.archived';
const DELETED = 'agents.*.process.deleted';
const RESUMED = 'agents.*.process.resumed';

/** Lines that are looked at for one page. */
const MOST_LOOKED_AT = 20_000;

/** How long whoever asks waits for what was archived just now. */
const PATIENCE_MS = 5_000;

/**
 * The agents that left the state, for lists: a projection of the events by which they did, kept in a
 * file that is its own checkpoint. Memory holds none of them but a place in the file for every 256th.
 *
 * @example
 * const archived = new ArchivedAgents({ path, log, logger });
 * void archived.start(signal);
 * const { agents, next } = await archived.page({ kind: 'claude' }, 1_000_000);
 */
export class ArchivedAgents {
  readonly #options: ArchivedAgentsOptions;
  readonly #file: ArchivedFile;
  readonly #changes = new ChangeSignal();
  /** The last event that it has taken. */
  #sequence = -1;

  constructor(options: ArchivedAgentsOptions) {
    this.#options = options;
    this.#file = new ArchivedFile(options.path);
  }

  /** Follows the log until the signal aborts, again and again where the file cannot be written. Never rejects. */
  async start(signal: AbortSignal): Promise<void> {
    const ended = (err: unknown) =>
      this.#options.logger.warn(
        { err },
        'the list of archived agents is not followed, trying again',
      );
    await keepRunning(() => this.#follow(signal), { signal, times: NEAR, ended });
    this.#changes.close();
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { log, logger, path } = this.#options;
    try {
      const { created, lastSequence } = await log.identity('EVENTS');
      const found = await this.#file.open(created, lastSequence);
      if (found.anew) logger.info({ path }, 'the list of archived agents is made anew');
      this.#sequence = found.sequence;
      const from = { sequence: found.sequence + 1 };
      const filter = [ARCHIVED, DELETED, RESUMED];
      for await (const { messages } of log.follow({
        stream: 'EVENTS',
        from,
        filter,
        created,
        signal,
      })) {
        await this.#take(messages, signal);
        this.#changes.changed();
      }
    } finally {
      await this.#file.close();
    }
  }

  /**
   * Those that are wanted, a page. Throws ORC_TIMED_OUT where it is not as far yet as the log was at
   * the call.
   *
   * @param maxBytes of the page as JSON
   */
  async page(
    { owner, kind, after, limit = MAX_PAGE }: ViewRequest<'archived'>,
    maxBytes: number,
  ): Promise<ViewResponse<'archived'>> {
    await this.#caughtUp();
    const agents: AgentSummary[] = [];
    let left = maxBytes;
    let last = after ?? 0;
    let looked = 0;
    for await (const { sequence, agent } of this.#file.read(last)) {
      // Others are served meanwhile: the rest is of the next page.
      if (looked === MOST_LOOKED_AT) return { agents, next: last };
      looked += 1;
      const isWanted =
        (owner === undefined || samePerson(agent.owner, owner)) &&
        (kind === undefined || agent.kind === kind);
      if (isWanted) {
        left -= Buffer.byteLength(JSON.stringify(agent)) + 1;
        if (agents.length === limit || (left < 0 && agents.length > 0))
          return { agents, next: last };
        agents.push(agent);
      }
      last = sequence;
    }
    return { agents };
  }

  /** Whoever has read that an agent was archived, or deleted, finds it so. */
  async #caughtUp(): Promise<void> {
    const { log } = this.#options;
    const filters = [ARCHIVED, DELETED, RESUMED];
    const last = await Promise.all(filters.map((filter) => log.last('EVENTS', filter)));
    const sequence = Math.max(0, ...last.map((message) => message?.sequence ?? 0));
    const asFar = () => this.#sequence >= sequence;
    try {
      await this.#changes.until(asFar, AbortSignal.timeout(PATIENCE_MS));
    } catch (cause) {
      const what = `The list of archived agents is at ${this.#sequence} of ${sequence}`;
      throw new OrchestratorError('ORC_TIMED_OUT', what, { cause });
    }
    if (!asFar())
      throw new OrchestratorError('ORC_TIMED_OUT', 'The archived agents are not served');
  }

  async #take(messages: readonly StoredMessage[], signal: AbortSignal): Promise<void> {
    const records: ArchivedRecord[] = [];
    for (const message of messages) records.push(...(await this.#recordOf(message, signal)));
    await this.#file.append(records);
    this.#sequence = messages.at(-1)?.sequence ?? this.#sequence;
  }

  async #recordOf(message: StoredMessage, signal: AbortSignal): Promise<ArchivedRecord[]> {
    const parsed = parseEvent(message);
    const address = parseSubject(message.subject);
    if (parsed.kind !== 'event' || address?.family !== 'process') return [];
    const { sequence } = message;
    const { agentId } = address;
    const { type } = parsed.event;
    if (type === 'process.deleted' || type === 'process.resumed') {
      return [{ sequence, gone: agentId }];
    }
    if (parsed.event.type !== 'process.archived') return [];
    const agent = await this.#summaryOf(agentId, parsed.event, signal);
    return agent === undefined ? [] : [{ sequence, agent }];
  }

  /** Undefined of one that was deleted. */
  async #summaryOf(
    agentId: string,
    { data: { summary, endedAt, deleted } }: StoredEventOf<'process.archived'>,
    signal: AbortSignal,
  ): Promise<AgentSummary | undefined> {
    if (deleted) return undefined;
    if (summary === undefined) return this.#fromLog(agentId, signal);
    const { name, ...shown } = summary;
    const names = name === undefined ? [] : [name];
    return { agentId, phase: 'ended', ...shown, names, endedAt, queued: 0, deleted: false };
  }

  /** Of one that an older version archived. */
  async #fromLog(agentId: string, signal: AbortSignal): Promise<AgentSummary | undefined> {
    const agent = await agentFromLog(this.#options.log, agentId, signal);
    return agent?.phase === 'ended' && !agent.deleted ? agentSummary(agent) : undefined;
  }
}
