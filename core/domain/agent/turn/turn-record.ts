import type { StoredEvent } from '../../../../schemas/event.ts';
import { parseSubject } from '../../../../schemas/subjects.ts';

/** What an agent said to people in a turn. */
export interface SaidInTurn {
  id: string;
  type: 'answer' | 'question';
  time: string;
  text: string;
  options?: string[] | undefined;
  file?: { fileId: string; name: string; size: number } | undefined;
}

/** A turn, as the events of its agent tell it. */
export interface TurnRecord {
  turnId: string;
  agentId: string;
  state: 'running' | 'ended' | 'failed';
  /** Of its beginning. */
  sequence: number;
  startedAt: string;
  deadlineAt: string;
  endedAt?: string;
  /** The ids of the messages that it is for. */
  messages: string[];
  said: SaidInTurn[];
  failure?: { code: string; reason: string; cure: string };
}

/**
 * The turns of an agent after an event of it; they are changed in place. What an agent says outside of a
 * turn belongs to none.
 *
 * @param turns by their ids, in the order in which they began
 */
export function foldTurns(turns: Map<string, TurnRecord>, event: StoredEvent): void {
  switch (event.type) {
    case 'turn.started': {
      const { turnId, commandId, deadlineAt } = event.data;
      const address = parseSubject(event.subject);
      if (address === undefined || !('agentId' in address)) return;
      turns.set(turnId, {
        turnId,
        agentId: address.agentId,
        state: 'running',
        sequence: event.sequence,
        startedAt: event.time,
        deadlineAt,
        messages: [commandId],
        said: [],
      });
      return;
    }
    case 'process.delivered': {
      const turn = turns.get(event.data.turnId);
      const { commandId } = event.data;
      if (turn && !turn.messages.includes(commandId)) turn.messages.push(commandId);
      return;
    }
    case 'response.answer':
      saidNow(turns)?.said.push({ ...common(event), type: 'answer', file: event.data.file });
      return;
    case 'response.question': {
      const { options } = event.data;
      saidNow(turns)?.said.push({ ...common(event), type: 'question', options });
      return;
    }
    case 'turn.ended': {
      const turn = turns.get(event.data.turnId);
      if (turn) Object.assign(turn, { state: 'ended', endedAt: event.time });
      return;
    }
    case 'turn.failed': {
      const turn = turns.get(event.data.turnId);
      const { code, reason, cure } = event.data;
      const failure = { code, reason, cure };
      if (turn) Object.assign(turn, { state: 'failed', endedAt: event.time, failure });
      return;
    }
    default:
      return;
  }
}

/** The turn in which an agent says something now. */
function saidNow(turns: Map<string, TurnRecord>): TurnRecord | undefined {
  const last = [...turns.values()].at(-1);
  return last?.state === 'running' ? last : undefined;
}

const common = (event: { id: string; time: string; data: { text: string } }) => ({
  id: event.id,
  time: event.time,
  text: event.data.text,
});
