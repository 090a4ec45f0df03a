import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { agentFilter } from '../../schemas/subjects.ts';

/** What an agent came to in its last turn, or in the one that runs. */
export interface LastTurn {
  answers: string[];
  /** Why it failed, where it did. */
  failed?: string;
  /** Where its branch was at the end. */
  commit?: string;
}

/** As the log has it. Throws as `EventLog.read` does. */
export async function lastTurn(log: EventLog, agentId: string): Promise<LastTurn> {
  let last: LastTurn = { answers: [] };
  const scratch = initialSystem();
  const read = { stream: 'EVENTS', from: { sequence: 1 }, filter: agentFilter(agentId) } as const;
  for await (const message of log.read(read)) {
    const folded = foldMessage(scratch, message);
    if (folded.kind !== 'event') continue;
    const { event } = folded;
    if (event.type === 'turn.started') last = { answers: [] };
    else if (event.type === 'response.answer') last.answers.push(event.data.text);
    else if (event.type === 'turn.failed') last = { ...last, failed: event.data.reason };
    else if (event.type === 'turn.snapshot' && event.data.head !== undefined) {
      last = { ...last, commit: event.data.head };
    }
  }
  return last;
}
