import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { derivedId, newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { personOption } from '../options.ts';
import { awaitEvent } from './await-event.ts';
import { knownProject } from './known-project.ts';
import { type OperatorContext, withSystem } from './operator-context.ts';

type Env = Record<string, string | undefined>;

/** Cloning takes what it takes. */
const FETCH_MS = 30 * 60_000;

const meta = (id: string) => ({ id, source: 'orchestrator/operator', now: new Date() });

/** What an operator typed of a new project. */
export interface WantedProject {
  name: string;
  repo?: string | undefined;
  branch?: string | undefined;
  owner?: string | undefined;
}

/** Creates a project and waits until its repository is there. Throws why it is not. */
export async function createProject(env: Env, wanted: WantedProject, timeoutMs: number) {
  const { name, repo, branch, owner } = wanted;
  const data: DataOf<'project.created'> = {
    name,
    ...(owner !== undefined && { owner: personOption('--owner', owner) }),
    ...(repo !== undefined && { repo }),
    ...(branch !== undefined && { branch }),
  };
  requireCreatable(data);
  return withSystem(env, timeoutMs, async ({ log }) => ({
    id: await stateProject(log, data),
    name,
  }));
}

function requireCreatable(data: DataOf<'project.created'>): void {
  const problem = dataProblem('project.created', data);
  if (problem !== undefined) throw new OrchestratorError('ORC_USAGE', `project create: ${problem}`);
}

/** States a new project and waits until its repository is there; its id. Throws why it is not. */
export async function stateProject(
  log: EventLog,
  data: DataOf<'project.created'>,
): Promise<string> {
  requireCreatable(data);
  const projectId = derivedId('proj_', newId('project'));
  const whose = { projectId };
  const event = newEvent('project.created', whose, data, meta(`project.created:${projectId}`));
  const sequence = await append({ log }, event);
  if (data.repo !== undefined) await fetched(log, projectId, sequence);
  return projectId;
}

async function fetched(log: EventLog, projectId: string, from: number): Promise<void> {
  const what = 'its repository';
  const of = { filter: `projects.${projectId}.*` };
  await awaitEvent(log, { of, from, timeoutMs: FETCH_MS, what }, (event) => {
    if (event.type === 'project.failed') {
      const { reason, cure } = event.data;
      throw new OrchestratorError('ORC_PROJECT_SOURCE', reason, { cure });
    }
    return event.type === 'project.ready' || undefined;
  });
}

/** New agents of this person begin in the project. */
export async function useProject(
  env: Env,
  ref: string,
  owner: string | undefined,
  timeoutMs: number,
) {
  if (owner === undefined) {
    throw new OrchestratorError('ORC_USAGE', 'Whose agents? --owner <channel>/<user id>');
  }
  const person = personOption('--owner', owner);
  return withSystem(env, timeoutMs, async (context) => {
    const { id, name } = await knownProject(context.views, ref, timeoutMs);
    const chosen = { projectId: id };
    await append(context, newEvent('user.project-chosen', person, chosen, meta(newId('chosen'))));
    return { id, name };
  });
}

export async function archiveProject(env: Env, ref: string, timeoutMs: number) {
  return withSystem(env, timeoutMs, async (context) => {
    const { id, name } = await knownProject(context.views, ref, timeoutMs);
    const whose = { projectId: id };
    await append(context, newEvent('project.archived', whose, {}, meta(`project.archived:${id}`)));
    return { id, name, state: 'archived' };
  });
}

async function append(
  { log }: Pick<OperatorContext, 'log'>,
  event: Parameters<EventLog['append']>[0],
): Promise<number> {
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
  return result.sequence;
}
