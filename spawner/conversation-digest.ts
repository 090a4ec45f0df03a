import { digestOf, type Saying, sayingOf } from '../core/conversation/digest.ts';
import type { EventLog } from '../core/log/event-log.ts';
import { parseEvent } from '../schemas/parse-event.ts';
import { subjectOf } from '../schemas/subjects.ts';

/** Sayings that are kept in mind while the log is read: more than fit into a digest. */
const KEPT = 500;

/**
 * A digest of what was said with an agent before a place in the log; the same whenever it is made.
 * Empty where nothing was said. Throws as `EventLog.read` does.
 */
export async function conversationDigest(
  log: EventLog,
  agentId: string,
  before: number,
  signal: AbortSignal,
): Promise<string> {
  const filter = [
    subjectOf({ family: 'command', agentId, name: 'send' }),
    subjectOf({ family: 'response', agentId, name: 'answer' }),
    subjectOf({ family: 'response', agentId, name: 'question' }),
    subjectOf({ family: 'process', agentId, name: 'delivered' }),
    subjectOf({ family: 'process', agentId, name: 'resumed' }),
  ];
  let [sayings, dropped]: [(Saying & { sequence: number })[], number] = [[], 0];
  const taken = new Set<string>();
  const range = { from: { sequence: 1 }, until: before };
  for await (const message of log.read({ stream: 'EVENTS', filter, ...range, signal })) {
    const parsed = parseEvent(message);
    if (parsed.kind !== 'event') continue;
    if (parsed.event.type === 'process.delivered') taken.add(parsed.event.data.commandId);
    const rewound = parsed.event.type === 'process.resumed' && parsed.event.data.rewound;
    // A message that no turn had taken is not rewound.
    if (rewound) {
      sayings = sayings.filter(
        ({ sequence, commandId }) =>
          sequence <= rewound.sequence || (commandId !== undefined && !taken.has(commandId)),
      );
    }
    const saying = sayingOf(parsed.event);
    if (saying !== undefined) sayings.push({ ...saying, sequence: parsed.event.sequence });
    if (sayings.length < 2 * KEPT) continue;
    dropped += KEPT;
    sayings = sayings.slice(KEPT);
  }
  // A message that the agent has not had yet, it gets.
  const said = sayings.filter(({ commandId }) => commandId === undefined || taken.has(commandId));
  return digestOf(said, said.length + dropped);
}
