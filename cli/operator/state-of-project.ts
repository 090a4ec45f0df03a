import { appendError } from '../../core/log/append-result.ts';
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
  const problem = dataProblem('project.created', data);
  if (problem !== undefined) throw new OrchestratorError('ORC_USAGE', `project create: ${problem}`);
  const projectId = derivedId('proj_', newId('project'));
  return withSystem(env, timeoutMs, async (context) => {
    const event = newEvent(
      'project.created',
      { projectId },
      data,
      meta(`project.created:${projectId}`),
    );
    const sequence = await append(context, event);
    if (repo !== undefined) await fetched(context, projectId, sequence);
    return { id: projectId, name };
  });
}

async function fetched({ log }: OperatorContext, projectId: string, from: number): Promise<void> {
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
  { log }: OperatorContext,
  event: Parameters<OperatorContext['log']['append']>[0],
): Promise<number> {
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
  return result.sequence;
}
