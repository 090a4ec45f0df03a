import type { Person } from '../../schemas/events/parts.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { samePerson } from '../domain/same-person.ts';
import type { EventLog } from '../log/event-log.ts';
import type { StoredMessage } from '../log/stored-message.ts';
import { allAgents, archivedAgents } from './all-agents.ts';
import { sayingOf } from './digest.ts';
import { notResumable } from './going-on.ts';
import type { Views } from './views.ts';

/** A conversation that has ended and can go on. */
export interface EarlierConversation {
  agent: AgentSummary;
  /** The name of the project that it is about. */
  project?: string;
  /** The beginning of what was said last. */
  lastWords?: string;
}

/** What is asked for each of those that are shown. */
const MOST = 10;

const MAX_WORDS = 80;

/**
 * A person's conversations that have ended and can go on, the one that ended last first; at most ten. Reads
 * the lists of the views, and of each that is shown its last words in the log. Throws as these do.
 */
export async function earlierConversations(
  log: EventLog,
  views: Views,
  person: Person,
  options: { timeoutMs: number },
): Promise<EarlierConversation[]> {
  const atLeast = await log.lastSequence('EVENTS');
  const found = await allAgents(views, { owner: person, phases: ['ended'], atLeast }, options);
  for await (const agent of archivedAgents(views, { owner: person }, options)) found.push(agent);
  const ended = found
    .filter((agent) => samePerson(agent.owner, person) && notResumable(agent) === undefined)
    .toSorted((a, b) => (b.endedAt ?? '').localeCompare(a.endedAt ?? ''));
  const shown: EarlierConversation[] = [];
  for (const agent of ended) {
    if (shown.length === MOST) break;
    const { agentId } = agent;
    const words = await lastWords(log, agentId);
    // With one that nothing was said to there is nothing to go on with.
    if (words === undefined || (await isRemoved(log, agentId))) continue;
    const project = await projectName(views, agent, options);
    shown.push({ agent, lastWords: words, ...(project !== undefined && { project }) });
  }
  return shown;
}

/** Lists of those that were archived do not tell it. */
const isRemoved = async (log: EventLog, agentId: string): Promise<boolean> =>
  (await log.last('EVENTS', subjectOf({ family: 'process', agentId, name: 'home-removed' }))) !==
  undefined;

/** An answer or a question, else the message that has none. */
async function lastWords(log: EventLog, agentId: string): Promise<string | undefined> {
  const last = (family: 'response' | 'command', name: string) =>
    log.last('EVENTS', subjectOf({ family, agentId, name }));
  const [answer, question, message] = await Promise.all([
    last('response', 'answer'),
    last('response', 'question'),
    last('command', 'send'),
  ]);
  const said = [answer, question].filter((each): each is StoredMessage => each !== undefined);
  const newest = said.toSorted((a, b) => b.sequence - a.sequence)[0] ?? message;
  const parsed = newest && parseEvent(newest);
  const saying = parsed?.kind === 'event' ? sayingOf(parsed.event) : undefined;
  return saying && beginning(saying.text);
}

function beginning(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length <= MAX_WORDS ? line : `${line.slice(0, MAX_WORDS - 1).toWellFormed()}…`;
}

async function projectName(
  views: Views,
  { projectId }: AgentSummary,
  options: { timeoutMs: number },
): Promise<string | undefined> {
  if (projectId === undefined) return undefined;
  const { projects } = await views.request('projects', { id: projectId }, options);
  return projects[0]?.name;
}
