import type { AgentState } from '../../../core/domain/agent/agent-state.ts';
import type { AppendResult } from '../../../core/log/append-result.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { untilStored } from '../../../core/log/until-stored.ts';
import { agentFromLog } from '../../../core/projection/agent-from-log.ts';
import type { SystemFollower } from '../../../core/projection/system-follower.ts';
import { timeoutSignal } from '../../../platform/async/timer.ts';
import { dataProblem } from '../../../schemas/data-problem.ts';
import type { NewEvent, StoredEvent } from '../../../schemas/event.ts';
import type { DataOf, EventType } from '../../../schemas/event-catalogue.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { type NewEventOfType, newEvent, type Whose } from '../../../schemas/new-event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import { entranceTraceparent } from '../../../schemas/trace-context.ts';
import { CommandError } from './command-error.ts';

export type CommandType = Extract<EventType, `command.${string}`>;

/** What the handlers share. */
export interface CommandServices {
  log: EventLog;
  follower: SystemFollower;
  turnDeadlineMs: number;
  clock: () => Date;
}

/** One command in hand: what its handler does to the log, all of it harmless to repeat. */
export class CommandContext {
  readonly services: CommandServices;
  /** Derived from the command's entry in Redis: the same whenever it is handled again. */
  readonly causeId: string;
  readonly signal: AbortSignal;

  constructor(services: CommandServices, causeId: string, signal: AbortSignal) {
    this.services = services;
    this.causeId = causeId;
    this.signal = signal;
  }

  /** An agent as of now: what was answered to anybody is in it. Undefined: nobody created it. */
  async agent(agentId: string): Promise<Exclude<AgentState, { phase: 'unknown' }> | undefined> {
    const { log, follower } = this.services;
    // Nobody can have such an id, and no subject can hold it.
    if (!isAgentId(agentId)) return undefined;
    const last = await log.last('EVENTS', agentFilter(agentId));
    if (last !== undefined) await follower.folded(last.sequence, this.signal);
    const state = follower.state.agents.get(agentId);
    if (state !== undefined && state.phase !== 'unknown') return state;
    // Nobody created it, or it was archived: then the log knows it.
    return last && agentFromLog(log, agentId, this.signal);
  }

  /**
   * A command's event, with the id of this cause. Throws {@link CommandError} for what no reader
   * would understand: its client would wait in vain, and so would everybody behind it.
   */
  command<T extends CommandType>(agentId: string, type: T, data: DataOf<T>): NewEventOfType<T> {
    const problem = dataProblem(type, data);
    if (problem !== undefined) throw new CommandError(`Invalid command: ${problem}`);
    return newEvent(type, { agentId } as Whose<T>, data, {
      id: this.causeId,
      source: 'orchestrator/redis',
      now: this.services.clock(),
      correlationId: this.causeId,
      traceparent: entranceTraceparent(this.causeId),
    });
  }

  /** Gives the command, once for ever. Resolves with its sequence. */
  async give<T extends CommandType>(agentId: string, type: T, data: DataOf<T>): Promise<number> {
    const event = this.command(agentId, type, data);
    const append = () => this.services.log.appendOnce(event);
    return (await untilStored(append, { signal: this.signal })).sequence;
  }

  /** Makes an agent that only this cause can make: stored once, all of it or nothing. */
  async create(agentId: string, events: readonly NewEvent[]): Promise<number> {
    const expect = { filter: agentFilter(agentId), sequence: 0 };
    const append = async (): Promise<AppendResult> => {
      const result = await this.services.log.append(events, { expect });
      const known = !result.ok && result.error === 'conflict';
      return known ? { ok: true, sequence: 1, duplicate: true } : result;
    };
    return (await untilStored(append, { signal: this.signal })).sequence;
  }

  /**
   * The first event of an agent, from a sequence on, that `decide` makes something of. A command
   * that was rejected, and one without an outcome in time, is a {@link CommandError}.
   */
  async outcome<R>(
    { agentId, from, timeoutMs, late }: Wanted,
    decide: (event: StoredEvent) => R | undefined,
  ): Promise<R> {
    const timeout = timeoutSignal(timeoutMs);
    const signal = AbortSignal.any([this.signal, timeout]);
    const wanted = { stream: 'EVENTS' as const, from: { sequence: from }, signal };
    const filter = agentFilter(agentId);
    for await (const { messages } of this.services.log.follow({ ...wanted, filter })) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        const value = parsed.kind === 'event' ? decide(parsed.event) : undefined;
        if (value !== undefined) return value;
      }
    }
    this.signal.throwIfAborted();
    throw new CommandError(late);
  }
}

interface Wanted {
  agentId: string;
  from: number;
  timeoutMs: number;
  /** The error's words where it does not come. */
  late: string;
}
