import { errors, type NatsConnection } from '@nats-io/transport-node';
import { ERRORS, type ErrorCode, OrchestratorError } from '../../schemas/errors.ts';
import {
  PROJECT_ANSWERS,
  type ProjectAnswer,
  type ProjectRequest,
  type ProjectVerb,
  projectSubject,
} from '../../schemas/project-requests.ts';

/**
 * Asks the spawners, which have the repositories, over NATS request/reply. Throws ORC_NOT_REACHABLE
 * where none runs, ORC_TIMED_OUT, and what the request is refused with.
 */
export async function askProject<V extends ProjectVerb>(
  nc: NatsConnection,
  verb: V,
  request: ProjectRequest,
  timeoutMs: number,
): Promise<ProjectAnswer<V>> {
  const reply = await nc
    .request(projectSubject(verb), JSON.stringify(request), { timeout: timeoutMs })
    .catch((cause: unknown) => {
      throw requestError(cause);
    });
  const refused = reply.headers?.get('Nats-Service-Error');
  if (refused) throw refusal(refused);
  // The schema is that of this very verb; the compiler cannot follow the lookup by name.
  return PROJECT_ANSWERS[verb].parse(reply.json()) as ProjectAnswer<V>;
}

function requestError(cause: unknown): OrchestratorError {
  for (let at = cause; at instanceof Error; at = at.cause) {
    if (at instanceof errors.NoRespondersError) {
      const what = 'No spawner is running, which has the projects';
      return new OrchestratorError('ORC_NOT_REACHABLE', what, { cause });
    }
    if (at instanceof errors.TimeoutError) {
      const what = 'The spawner did not answer in time';
      return new OrchestratorError('ORC_TIMED_OUT', what, { cause });
    }
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrchestratorError('ORC_NOT_REACHABLE', `NATS did not answer: ${reason}`, { cause });
}

/** `ORC_CODE: what is wrong`. */
function refusal(text: string): OrchestratorError {
  const [, code = '', message = text] = /^(ORC_\w+): (.*)$/s.exec(text) ?? [];
  // Looked up in the table just here.
  const known = Object.hasOwn(ERRORS, code) ? (code as ErrorCode) : 'ORC_INTERNAL';
  return new OrchestratorError(known, message);
}
