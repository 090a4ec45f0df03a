import type { StoredEventOf } from '../../schemas/event.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import { statedError } from './command-outcome.ts';
import { TurnOfMessage } from './turn-of-message.ts';

/** What an agent says to people in a turn. */
export type Said = StoredEventOf<'response.answer'> | StoredEventOf<'response.question'>;

export interface TurnAwaited {
  agentId: string;
  /** The message whose turn is meant. */
  commandId: string;
  /** Where that may have begun: its place in the log. */
  from: number;
  timeoutMs: number;
  /** The turn, where that is known already. */
  turnId?: string | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Follows the turn of a message to its end; its id.
 *
 * @param onSaid gets what the agent says in it, as it comes
 * @throws ORC_TIMED_OUT, and the error of a turn that failed or a message that was refused
 */
export async function awaitTurn(
  log: EventLog,
  { agentId, commandId, from, timeoutMs, turnId, signal }: TurnAwaited,
  onSaid: (said: Said) => void,
): Promise<string | undefined> {
  const turn = new TurnOfMessage(commandId, turnId);
  const wanted = { of: { agentId }, from, timeoutMs, what: 'the end of its turn', signal };
  await awaitEvent(log, wanted, (event) => {
    const meaning = turn.take(event);
    if (event.type === 'response.answer' || event.type === 'response.question') {
      if (meaning === 'said') onSaid(event);
    }
    if (event.type === 'turn.failed' || event.type === 'process.rejected') {
      if (meaning === 'failed' || meaning === 'rejected') throw statedError(event.data);
    }
    return meaning === 'ended' || undefined;
  });
  return turn.turnId;
}
