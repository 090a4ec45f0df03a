import type { StoredEvent } from '../../schemas/event.ts';
import { agentFilter } from '../../schemas/subjects.ts';
import type { TurnRecord } from '../domain/agent/turn/turn-record.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { initialSystem } from '../domain/system-state.ts';
import type { EventLog } from '../log/event-log.ts';
import { type DecidedStep, decidedSteps } from './decided-steps.ts';
import { knownTurn } from './turns-of-agent.ts';

/** What was decided for a turn, and why. */
export interface WhyTurn {
  turn: Omit<TurnRecord, 'said'>;
  /** How its agent behaves, as the log shows it. */
  traits: { whileBusy: 'join' | 'queue'; endOfTurn: 'signal' | 'response' };
  steps: DecidedStep[];
}

/** Recomputes it from the log. Throws ORC_TURN_NOT_FOUND, and as reading the log does. */
export async function whyTurn(
  log: EventLog,
  turnId: string,
  signal?: AbortSignal,
): Promise<WhyTurn> {
  const { said: _said, ...turn } = await knownTurn(log, turnId);
  const events = await eventsUpTo(log, turn, signal);
  const { traits, steps } = decidedSteps(turn.agentId, turnId, events);
  const { whileBusy, endOfTurn } = traits;
  return { turn, traits: { whileBusy, endOfTurn }, steps };
}

/** From the beginning of the agent to what follows the end of the turn, but for what counts for nobody. */
async function eventsUpTo(
  log: EventLog,
  { agentId, turnId }: Pick<TurnRecord, 'agentId' | 'turnId'>,
  signal: AbortSignal | undefined,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  const state = initialSystem();
  const filter = agentFilter(agentId);
  let isOver = false;
  for await (const message of log.read({
    stream: 'EVENTS',
    from: { sequence: 1 },
    filter,
    signal,
  })) {
    const folded = foldMessage(state, message);
    if (folded.kind !== 'event') continue;
    const { event } = folded;
    // The next turn is another question.
    if (isOver && event.type === 'turn.started') break;
    events.push(event);
    const ends = event.type === 'turn.ended' || event.type === 'turn.failed';
    if (ends && event.data.turnId === turnId) isOver = true;
  }
  return events;
}
