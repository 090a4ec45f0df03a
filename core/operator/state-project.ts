import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { derivedId, newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';

/** Cloning takes what it takes. */
const FETCH_MS = 30 * 60_000;

const meta = (id: string) => ({ id, source: 'orchestrator/operator', now: new Date() });

/** Throws ORC_USAGE for what no reader would understand. */
export function requireCreatable(data: DataOf<'project.created'>): void {
  const problem = dataProblem('project.created', data);
  if (problem !== undefined) throw new OrchestratorError('ORC_USAGE', `project create: ${problem}`);
}

/**
 * States a new project and waits until its repository is there; its id. Throws why it is not.
 *
 * @param options.key the caller's own id for this: a repeat makes no other project
 * @param options.waitMs how long a repository may take to come
 */
export async function stateProject(
  log: EventLog,
  data: DataOf<'project.created'>,
  { key = newId('project'), waitMs = FETCH_MS }: { key?: string; waitMs?: number } = {},
): Promise<string> {
  requireCreatable(data);
  const projectId = derivedId('proj_', key);
  const id = `project.created:${projectId}`;
  const event = newEvent('project.created', { projectId }, data, meta(id));
  const earlier = await log.first('EVENTS', event.subject);
  const sequence = earlier?.sequence ?? (await append(log, event));
  if (data.repo !== undefined) await fetched(log, { projectId, from: sequence, waitMs });
  return projectId;
}

async function fetched(
  log: EventLog,
  { projectId, from, waitMs }: { projectId: string; from: number; waitMs: number },
): Promise<void> {
  const of = { filter: `projects.${projectId}.*` };
  const wanted = { of, from, timeoutMs: waitMs, what: 'its repository' };
  await awaitEvent(log, wanted, (event) => {
    if (event.type === 'project.failed') {
      const { reason, cure } = event.data;
      throw new OrchestratorError('ORC_PROJECT_SOURCE', reason, { cure });
    }
    return event.type === 'project.ready' || undefined;
  });
}

/** New agents of this person begin in the project. */
export async function chooseProject(log: EventLog, projectId: string, person: Person) {
  const chosen = meta(newId('chosen'));
  await append(log, newEvent('user.project-chosen', person, { projectId }, chosen));
}

/** Puts a project away. */
export async function archiveProject(log: EventLog, projectId: string): Promise<void> {
  const archived = meta(`project.archived:${projectId}`);
  await append(log, newEvent('project.archived', { projectId }, {}, archived));
}

async function append(log: EventLog, event: NewEvent): Promise<number> {
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
  return result.sequence;
}
