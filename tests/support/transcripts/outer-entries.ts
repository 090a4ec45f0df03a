import type { EventLog } from '../../../core/log/event-log.ts';
import type { StoredEvent } from '../../../schemas/event.ts';
import { parseEvent } from '../../../schemas/parse-event.ts';
import { REMINDER } from '../../../spawner/steps/turn-steps.ts';
import type { Outer } from './merge-entries.ts';
import { toldByEvent } from './told-by-event.ts';
import type { Step } from './transcript.ts';

const BEGIN = { from: { sequence: 1 } } as const;

/** What the log knows of an agent's host: what it was asked to do, and what it stated. */
export async function outerEntries(log: EventLog, agentId: string): Promise<Outer[]> {
  const found: Outer[] = [];
  const texts = new Map<string, string>();
  const filter = `agents.${agentId}.>`;
  for await (const message of log.read({ ...BEGIN, stream: 'EVENTS', filter })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    const { event } = parsed;
    // An answer is no message to the host: who asked for it waits for it.
    if (event.type === 'command.send' && event.data.answers === undefined) {
      texts.set(event.id, event.data.text);
    }
    const time = message.time.getTime();
    const step = stepByEvent(event, texts);
    if (step !== undefined) found.push({ time, what: { do: step } });
    const told = toldByEvent(event);
    if (told !== undefined) found.push({ time, what: { told } });
  }
  return [...found, ...(await finishes(log, agentId))];
}

/** What an event says that the host was asked to do. `texts`: those of the messages so far. */
function stepByEvent(event: StoredEvent, texts: ReadonlyMap<string, string>): Step | undefined {
  switch (event.type) {
    case 'command.send':
      return event.data.answers === undefined ? undefined : { answer: event.data.text };
    case 'process.delivered': {
      const message = texts.get(event.data.commandId);
      return message === undefined ? undefined : { message };
    }
    case 'turn.nudged':
      return { message: REMINDER };
    case 'command.interrupt':
      return 'interrupt';
    default:
      return undefined;
  }
}

/** SIGTERM is no event: the host says on its stdout that it heard it. */
async function finishes(log: EventLog, agentId: string): Promise<Outer[]> {
  const found: Outer[] = [];
  const filter = `agents.${agentId}.log.stdout`;
  for await (const { payload, time } of log.read({ ...BEGIN, stream: 'LOGS', filter })) {
    if (Buffer.from(payload).toString() === 'ending when this turn is done') {
      found.push({ time: time.getTime(), what: { do: 'finish' } });
    }
  }
  return found;
}
