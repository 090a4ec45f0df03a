import { knownProject } from '../../core/operator/known-project.ts';
import {
  archiveProject as archive,
  chooseProject,
  requireCreatable,
  stateProject,
} from '../../core/operator/state-project.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { personOption } from '../options.ts';
import { withSystem } from './operator-context.ts';

type Env = Record<string, string | undefined>;

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
  return withSystem(env, timeoutMs, async ({ log, views }) => {
    const { id, name } = await knownProject(views, ref, timeoutMs);
    await chooseProject(log, id, person);
    return { id, name };
  });
}

export async function archiveProject(env: Env, ref: string, timeoutMs: number) {
  return withSystem(env, timeoutMs, async ({ log, views }) => {
    const { id, name } = await knownProject(views, ref, timeoutMs);
    await archive(log, id);
    return { id, name, state: 'archived' };
  });
}
