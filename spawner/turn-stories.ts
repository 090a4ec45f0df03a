import type { Logger } from 'pino';
import { isLive } from '../core/domain/agent/agent-state.ts';
import type { FoldedMessage } from '../core/domain/fold-message.ts';
import type { SystemState } from '../core/domain/system-state.ts';
import type { StoredEvent, StoredEventOf } from '../schemas/event.ts';
import { parseSubject } from '../schemas/subjects.ts';
import { loggedCauses } from './causes-of-turn.ts';

export interface TurnStoriesOptions {
  logger: Logger;
  state: () => SystemState;
  /** Whether this spawner has an agent's run: each turn has one that tells of it. */
  owns: (agentId: string, runId: string) => boolean;
}

/** A turn as it was heard; of one that began in an earlier life of this process there is less. */
interface Story {
  startedAt: number;
  /** When its first message was sent. */
  sentAt: number | undefined;
  messages: number;
  calls: number;
  firstWordAt?: number;
}

/** So many messages are remembered whose turn has not begun. */
const REMEMBERED = 10_000;

/** Says of each turn that is over, in one line, how it went: no text of anybody is in it. */
export class TurnStories {
  readonly #options: TurnStoriesOptions;
  readonly #sent = new Map<string, number>();
  /** By agent. */
  readonly #turns = new Map<string, Story>();

  constructor(options: TurnStoriesOptions) {
    this.#options = options;
  }

  /** To be told each message right after it is folded. */
  hear(folded: FoldedMessage): void {
    if (folded.kind !== 'event') return;
    const { event } = folded;
    const address = parseSubject(event.subject);
    if (address === undefined || !('agentId' in address)) return;
    const { agentId } = address;
    if (event.type === 'command.send') this.#remember(event);
    else if (event.type === 'turn.started') this.#begin(agentId, event);
    else if (event.type === 'turn.ended' || event.type === 'turn.failed')
      this.#tell(agentId, event);
    else this.#goOn(agentId, event);
  }

  #remember({ id, time }: StoredEvent): void {
    const [oldest] = this.#sent.keys();
    if (this.#sent.size >= REMEMBERED && oldest !== undefined) this.#sent.delete(oldest);
    this.#sent.set(id, Date.parse(time));
  }

  #begin(agentId: string, { data: { commandId }, time }: StoredEventOf<'turn.started'>): void {
    const sentAt = this.#sent.get(commandId);
    this.#turns.set(agentId, { startedAt: Date.parse(time), sentAt, messages: 0, calls: 0 });
  }

  #goOn(agentId: string, event: StoredEvent): void {
    const story = this.#turns.get(agentId);
    if (event.type === 'process.delivered') this.#sent.delete(event.data.commandId);
    if (story === undefined) return;
    if (event.type === 'process.delivered') story.messages += 1;
    else if (event.type.startsWith('response.')) story.firstWordAt ??= Date.parse(event.time);
    else if (event.type.startsWith('tool.')) story.calls += 1;
  }

  #tell(agentId: string, event: StoredEventOf<'turn.ended'> | StoredEventOf<'turn.failed'>): void {
    const story = this.#turns.get(agentId);
    this.#turns.delete(agentId);
    const { logger, state, owns } = this.#options;
    const agent = state().agents.get(agentId);
    if (agent === undefined || !isLive(agent) || !owns(agentId, agent.run.runId)) return;
    const { turnId } = event.data;
    const outcome =
      event.type === 'turn.ended'
        ? { outcome: 'ended', answers: event.data.answers, questions: event.data.questions }
        : { outcome: 'failed', code: event.data.code };
    const line = { agentId, kind: agent.kind, turnId, ...outcome, ...loggedCauses(event) };
    logger.info({ ...line, ...(story && timesOf(story, Date.parse(event.time))) }, 'turn over');
  }
}

/** Milliseconds: from the message until the turn began and the first word came, and of the turn. */
function timesOf({ startedAt, sentAt, messages, calls, firstWordAt }: Story, overAt: number) {
  return {
    messages,
    calls,
    ...(sentAt !== undefined && { waitMs: startedAt - sentAt }),
    ...(firstWordAt !== undefined && { firstWordMs: firstWordAt - (sentAt ?? startedAt) }),
    ms: overAt - startedAt,
  };
}
