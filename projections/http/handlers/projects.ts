import { knownProject } from '../../../core/operator/known-project.ts';
import {
  archiveProject,
  chooseProject,
  stateProject,
} from '../../../core/operator/state-project.ts';
import { type AskedWork, WORK_MS, workRequest } from '../../../core/operator/work-request.ts';
import { askProject } from '../../../platform/service/projects-client.ts';
import type { ProjectRequest, ProjectVerb } from '../../../schemas/project-requests.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';

type Names =
  | 'listProjects'
  | 'createProject'
  | 'getProject'
  | 'archiveProject'
  | 'useProject'
  | 'diffProject'
  | 'logProject'
  | 'exportProject'
  | 'mergeProject'
  | 'pushProject';

export const projectHandlers: HandlersOf<Names> = {
  async listProjects({ query }, { views }) {
    const { projects, next } = await views.request('projects', query, { timeoutMs: SYSTEM_MS });
    return { projects, next };
  },

  async createProject({ body, key }, { log }) {
    const { name, repo, branch, owner } = body;
    const data = {
      name,
      ...(repo !== undefined && { repo }),
      ...(branch !== undefined && { branch }),
      ...(owner !== undefined && { owner }),
    };
    return { id: await stateProject(log, data, key === undefined ? {} : { key }), name };
  },

  getProject: ({ params }, { views }) => knownProject(views, params.project, SYSTEM_MS),

  async archiveProject({ params }, { log, views }) {
    const { id, name } = await knownProject(views, params.project, SYSTEM_MS);
    await archiveProject(log, id);
    return { id, name, state: 'archived' };
  },

  async useProject({ params, body }, { log, views }) {
    const { id, name } = await knownProject(views, params.project, SYSTEM_MS);
    await chooseProject(log, id, body.owner);
    return { id, name };
  },

  diffProject: ({ params, query: { turn, ...work } }, api) =>
    asked('diff', { ...params, ...work }, { turn }, api),
  logProject: ({ params, query: { limit, ...work } }, api) =>
    asked('log', { ...params, ...work }, { limit }, api),
  exportProject: ({ params, query }, api) => asked('export', { ...params, ...query }, {}, api),
  mergeProject: ({ params, body }, api) => asked('merge', { ...params, ...body }, {}, api),
  pushProject: ({ params, body: { to, ...work } }, api) =>
    asked('push', { ...params, ...work }, { to }, api),
};

async function asked<V extends ProjectVerb>(
  verb: V,
  work: AskedWork,
  more: Partial<ProjectRequest>,
  { connection, log, views }: ApiContext,
) {
  const request = await workRequest(work, more, { log, views, timeoutMs: SYSTEM_MS });
  return askProject(connection.nc, verb, request, WORK_MS);
}
