import { OrchestratorError } from '../../schemas/errors.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { agentFilter, parseSubject } from '../../schemas/subjects.ts';
import { Speakers } from '../conversation/speakers.ts';
import { foldTurns, type TurnRecord } from '../domain/agent/turn/turn-record.ts';
import type { EventLog } from '../log/event-log.ts';

/** The turns of an agent, read from the log, the first first. Throws as reading the log does. */
export async function turnsOfAgent(log: EventLog, agentId: string): Promise<TurnRecord[]> {
  return [...(await fold(log, agentId, 1, () => false)).values()];
}

/** A turn by its id, however long ago it was. Throws ORC_TURN_NOT_FOUND. */
export async function knownTurn(log: EventLog, turnId: string): Promise<TurnRecord> {
  const filter = 'agents.*.turn.started';
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 }, filter })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event' || parsed.event.type !== 'turn.started') continue;
    if (parsed.event.data.turnId !== turnId) continue;
    const address = parseSubject(message.subject);
    if (address === undefined || !('agentId' in address)) continue;
    const isOver = (turns: Map<string, TurnRecord>) => {
      const turn = turns.get(turnId);
      return turn !== undefined && turn.state !== 'running';
    };
    const turn = (await fold(log, address.agentId, message.sequence, isOver)).get(turnId);
    if (turn !== undefined) return turn;
  }
  throw new OrchestratorError('ORC_TURN_NOT_FOUND', `There is no turn ${turnId}`);
}

async function fold(
  log: EventLog,
  agentId: string,
  sequence: number,
  isEnough: (turns: Map<string, TurnRecord>) => boolean,
): Promise<Map<string, TurnRecord>> {
  const turns = new Map<string, TurnRecord>();
  const speakers = new Speakers(log);
  const filter = agentFilter(agentId);
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence }, filter })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    if ((await speakers.refusal(parsed.event)) !== undefined) continue;
    foldTurns(turns, parsed.event);
    if (isEnough(turns)) break;
  }
  return turns;
}
