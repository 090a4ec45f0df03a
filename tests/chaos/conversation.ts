import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';

const HOUR_MS = 3_600_000;
const RETRY_MS = 100;

/** Lines on stdout for each message, before it is answered. */
export const LINES_PER_MESSAGE = 3;

/**
 * Notes what it received, prints numbered lines, answers with the message; and ticks on stderr all
 * the while.
 */
const agent = (patience: string) => `
tick() { for ((n = 1; ; n++)); do echo "tick $n" >&2; sleep 0.4; done; }
tick </dev/null &
lines=0
while IFS= read -r message; do
  printf '%s\\n' "$message" >>received
  for _ in 1 2 3; do
    lines=$((lines + 1))
    echo "line $lines"
    sleep "0.0$((RANDOM % 9))"
  done
  orchestrator answer --timeout ${patience} "$message" || echo "not answered: $message"
done`;

/** One agent of the fleet, and all that was said to it. */
export class Member {
  readonly agentId = newAgentId();
  /** Message ids, which are their texts too, in order. */
  readonly sent: string[] = [];
  killed = false;
}

/** What its agents talk by. */
interface Talking {
  log(): EventLog | Promise<EventLog>;
}

interface AgentKind {
  /** How long they try to answer; 20 seconds. */
  patience?: string;
}

/** Agents in conversation: each place has a user, whose agent is replaced when it was killed. */
export class Conversation {
  /** All that there ever were. */
  readonly members: Member[] = [];
  readonly #system: Talking;
  readonly #places: Member[] = [];
  readonly #patience: string;

  constructor(system: Talking, kind: AgentKind = {}) {
    this.#system = system;
    this.#patience = kind.patience ?? '20s';
  }

  async create(place: number): Promise<Member> {
    const member = new Member();
    await this.#append(
      command(member.agentId, 'command.create', {
        kind: 'line',
        owner: { channel: 'test', userId: `user-${place}` },
        ttlMs: HOUR_MS,
        // No turn ends because the machine is slow.
        turnDeadlineMs: HOUR_MS,
        commandLine: agent(this.#patience),
      }),
    );
    this.members.push(member);
    this.#places[place] = member;
    await this.fact(member, 'process.ready');
    return member;
  }

  /** Resolves when the log has such an event of the agent. */
  async fact(member: Member, wanted: 'process.ready' | 'process.exited'): Promise<void> {
    const isIt = ({ type, subject }: { type: string; subject: string }) =>
      type === wanted && subject.includes(member.agentId);
    await untilEvent(await this.#log(), isIt, AbortSignal.timeout(180_000));
  }

  /** A message to each agent, with the next number. */
  async tellAll(): Promise<void> {
    await Promise.all(this.#places.map((member) => this.#tell(member)));
  }

  at(place: number): Member {
    const member = this.#places[place];
    if (member === undefined) throw new Error(`there is no agent ${place}`);
    return member;
  }

  /** Resolves when each of the messages has its outcome: its turn is over, or it was refused. */
  async settled(withinMs: number): Promise<void> {
    const open = new Set(this.members.flatMap(({ sent }) => sent));
    const signal = AbortSignal.timeout(withinMs);
    const isLast = (event: Parameters<Parameters<typeof untilEvent>[1]>[0]) => {
      if (event.type === 'process.rejected') open.delete(event.data.commandId);
      const isOver = event.type === 'turn.ended' || event.type === 'turn.failed';
      if (isOver && event.correlationId !== undefined) open.delete(event.correlationId);
      return open.size === 0;
    };
    await untilEvent(await this.#log(), isLast, signal).catch((cause: unknown) => {
      throw new Error(`without an outcome: ${[...open].join(', ')}`, { cause });
    });
  }

  async #tell(member: Member): Promise<void> {
    const id = `${member.agentId}-${member.sent.length + 1}`;
    member.sent.push(id);
    await this.#append(command(member.agentId, 'command.send', { text: id, mode: 'join' }, id));
  }

  /** As a client does it: the same id again until it is stored. */
  async #append(event: NewEvent): Promise<void> {
    const log = await this.#log();
    while (!(await log.append(event)).ok) await delay(RETRY_MS);
  }

  async #log(): Promise<EventLog> {
    return this.#system.log();
  }
}
