import type { StoredEvent } from '../../schemas/event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { Behind } from './agent-decisions.ts';

/** Whose decision an event is. */
export type Whose =
  | { kind: 'agent'; id: string }
  | { kind: 'job'; id: string }
  | { kind: 'timer'; id: string }
  | { kind: 'delivery'; channel: string; id: string };

const JOBS = 'orchestrator/jobs';
const TOOLS = 'orchestrator/tools';
const SPAWNER = 'orchestrator/spawner';

/** What an agent says of its turn itself. */
const WORDS: ReadonlySet<string> = new Set(['turn.ready', 'turn.signalled']);

/** What is decided of jobs; how far one has come is what its program says. */
const OF_JOBS: ReadonlySet<string> = new Set([
  'job.accepted',
  'job.answered',
  'job.completed',
  'job.failed',
  'job.cancelled',
]);

/** What is decided of deliveries; the rest is a person's word, or the channel's own note. */
const OF_DELIVERIES: ReadonlySet<string> = new Set([
  'delivery.requested',
  'delivery.attempted',
  'delivery.confirmed',
  'delivery.ambiguous',
  'delivery.failed',
]);

/** Results that stand behind the effects of their calls. */
const MOST_EFFECTS = 8;

/**
 * Whose decision an event is; undefined for what somebody asked for, said or observed: that is what is decided on.
 *
 * @param behind what comes behind it in the log
 */
export function whoseDecision(event: StoredEvent, behind: Behind): Whose | undefined {
  const { type, source, id, subject } = event;
  const address = parseSubject(subject);
  switch (address?.family) {
    case 'process':
      return { kind: 'agent', id: address.agentId };
    case 'turn':
      return WORDS.has(type) ? undefined : { kind: 'agent', id: address.agentId };
    case 'result':
      return { kind: source === JOBS ? 'job' : 'agent', id: address.agentId };
    case 'timer':
      return { kind: 'timer', id: address.agentId };
    case 'job-timer':
      return { kind: 'timer', id: address.jobId };
    case 'job':
      // A job is cancelled by a call, or by a person, of whose wish no result tells.
      if (source === TOOLS || type === 'job.cancel-requested') return ofCall(event, behind);
      return OF_JOBS.has(type) && !id.startsWith('job.late:')
        ? { kind: 'job', id: address.jobId }
        : undefined;
    case 'command':
      return source === JOBS && /^job\.(notice|over):/.test(id)
        ? { kind: 'job', id: id.split(':')[1] ?? '' }
        : undefined;
    case 'user':
      if (source === SPAWNER) return { kind: 'agent', id: agentIn(event) };
      return source === TOOLS ? ofCall(event, behind) : undefined;
    case 'project':
      return source === TOOLS ? ofCall(event, behind) : undefined;
    case 'delivery':
      return OF_DELIVERIES.has(type)
        ? { kind: 'delivery', channel: address.channel, id: address.deliveryId }
        : undefined;
    default:
      return undefined;
  }
}

/** The agent whose call has this effect: its result stands behind it. */
function ofCall({ causationId = '' }: StoredEvent, behind: Behind): Whose | undefined {
  for (const { type, subject, id } of behind(MOST_EFFECTS)) {
    if (type !== 'result' || !`${id}:`.startsWith(`result:${causationId}:`)) continue;
    const address = parseSubject(subject);
    if (address?.family === 'result') return { kind: 'agent', id: address.agentId };
  }
  return undefined;
}

const agentIn = ({ data }: StoredEvent): string =>
  'agentId' in data && typeof data.agentId === 'string' ? data.agentId : '';
