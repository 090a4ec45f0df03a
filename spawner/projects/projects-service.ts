import { type ServiceMsg, Svcm } from '@nats-io/services';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { isAnsweredWorkKept } from '../../core/domain/agent/turn/evolve-snapshots.ts';
import type { ProjectState } from '../../core/domain/project/project.ts';
import { samePerson } from '../../core/domain/same-person.ts';
import { appendError } from '../../core/log/append-result.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { asOrchestratorError, ERRORS, OrchestratorError } from '../../schemas/errors.ts';
import {
  PROJECT_VERBS,
  PROJECTS_SERVICE,
  type ProjectVerb,
  projectRequest,
  projectSubject,
} from '../../schemas/project-requests.ts';
import type { ProjectTools } from './project-tools.ts';

export interface ProjectsServiceOptions {
  nc: NatsConnection;
  follower: SystemFollower;
  log: EventLog;
  logger: Logger;
  tools: ProjectTools;
  clock: () => Date;
}

/** How long a request waits for the event that it wants to see folded. */
const AT_LEAST_TIMEOUT_MS = 5_000;
/** Less than a chat waits for a diff. */
const KEPT_TIMEOUT_MS = 6_000;

/**
 * Serves what operators and people ask of projects over NATS request/reply: spawners have the
 * repositories. What is done is stated before it is answered; asked again, it is the same.
 */
export async function serveProjects(
  options: ProjectsServiceOptions,
): Promise<{ stop(): Promise<void> }> {
  const service = await new Svcm(options.nc).add({
    name: PROJECTS_SERVICE,
    version: packageJson.version,
    description: 'What is asked of the repositories of projects',
  });
  for (const verb of PROJECT_VERBS) {
    const handler = (error: Error | null, request: ServiceMsg) => {
      if (error) options.logger.warn({ err: error, verb }, 'subscription failed');
      else void answer(verb, request, options);
    };
    service.addEndpoint(verb, { subject: projectSubject(verb), handler });
  }
  await options.nc.flush();
  return {
    stop: async () => {
      await service.stop();
    },
  };
}

/**
 * Agents answer before their turn has ended, and its files are kept after that: who asks for the work as soon as
 * they have the answer means the work that it is about. A turn that goes on for longer is not waited for.
 */
async function untilKept(follower: SystemFollower, agentId: string): Promise<void> {
  const patience = AbortSignal.timeout(KEPT_TIMEOUT_MS);
  try {
    await follower.until(({ agents }) => isAnsweredWorkKept(agents.get(agentId)), patience);
  } catch (error) {
    if (!patience.aborted) throw error;
  }
}

/** Never throws: a request that cannot even be refused is the requester's to time out. */
async function answer(
  verb: ProjectVerb,
  request: ServiceMsg,
  options: ProjectsServiceOptions,
): Promise<void> {
  const { logger } = options;
  try {
    request.respond(JSON.stringify(await done(verb, request, options)));
  } catch (error) {
    const { code, message } = asOrchestratorError(error);
    if (code === 'ORC_INTERNAL') logger.error({ err: error, verb }, 'a project was not served');
    // NATS carries the error in a header, which is one line.
    request.respondError(ERRORS[code].status, `${code}: ${message.replace(/\s+/g, ' ')}`);
  }
}

async function done(
  verb: ProjectVerb,
  request: ServiceMsg,
  { follower, log, tools, clock }: ProjectsServiceOptions,
): Promise<unknown> {
  const parsed = projectRequest.safeParse(request.json());
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const what = `project ${verb}: ${issue?.path.join('.')}: ${issue?.message}`;
    throw new OrchestratorError('ORC_BAD_INPUT', what);
  }
  const { projectId, owner, atLeast, ...question } = parsed.data;
  if (atLeast !== undefined) {
    await follower.folded(atLeast, AbortSignal.timeout(AT_LEAST_TIMEOUT_MS));
  }
  if (question.agentId !== undefined) await untilKept(follower, question.agentId);
  const project = follower.state.projects.get(projectId);
  if (project === undefined || (owner && !samePerson(project.owner, owner))) {
    throw new OrchestratorError('ORC_PROJECT_NOT_FOUND', `There is no project ${projectId}`);
  }
  requireReady(project);
  const asked = { verb, ...question, owner };
  const { value, events } = await tools.answer(project, asked, { now: clock() });
  for (const event of events) {
    const result = await log.append(event);
    if (!result.ok && result.error !== 'id-taken') throw appendError(result);
  }
  return value;
}

function requireReady({ name, phase, problem }: ProjectState): void {
  if (phase === undefined || phase === 'archived') return;
  const why = problem?.reason ?? 'it is still fetched';
  throw new OrchestratorError('ORC_PROJECT_NOT_READY', `Project ${name}: ${why}`);
}
