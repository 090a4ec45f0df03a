import type Docker from 'dockerode';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Settings } from '../../schemas/settings.ts';
import { dockerEngine } from './docker-engine.ts';
import { engineMessage, statusOf } from './engine-error.ts';

/**
 * What the image says of its agent-entry.sh, and what this version's spawner takes: another number
 * is another protocol between the two.
 */
export const AGENT_ENTRY_LABEL = 'dev.orchestrator.agent-entry';
export const AGENT_ENTRY = '3';

/** Older engines keep no stdin open across attaches as this needs it; 20.10 has it. */
const OLDEST_API = 41;

/** Which agent CLIs the image has: `none`, `all`, or their names separated by commas. */
export const AGENTS_LABEL = 'dev.orchestrator.agents';

export type ChosenRuntime =
  /** `clis`: the agent CLIs that the image says it has; undefined where it says nothing of them. */
  | { kind: 'docker'; docker: Docker; clis: readonly string[] | undefined }
  /** `why`: what keeps `auto` from containers. */
  | { kind: 'local'; why: string | undefined };

/**
 * Where agents run: as ORCHESTRATOR_RUNTIME says; for `auto` in containers where an engine answers
 * and has the worker image, else as processes of this machine.
 *
 * Throws ORC_DOCKER and ORC_WORKER_IMAGE where the settings want containers and there can be none.
 */
export async function chooseRuntime(settings: Settings): Promise<ChosenRuntime> {
  const { ORCHESTRATOR_RUNTIME: wanted } = settings;
  if (wanted === 'local') return { kind: 'local', why: undefined };
  const docker = dockerEngine(settings.ORCHESTRATOR_DOCKER_HOST);
  const found =
    (await engineProblem(docker, settings.ORCHESTRATOR_DOCKER_HOST)) ??
    (await usableImage(docker, settings.ORCHESTRATOR_WORKER_IMAGE));
  if (!(found instanceof OrchestratorError)) return { kind: 'docker', docker, ...found };
  if (wanted === 'docker') throw found;
  return { kind: 'local', why: found.message };
}

async function engineProblem(
  docker: Docker,
  host: string | undefined,
): Promise<OrchestratorError | undefined> {
  try {
    const { ApiVersion } = await docker.version();
    const [major = 0, minor = 0] = ApiVersion.split('.').map(Number);
    if (major > 1 || minor >= OLDEST_API) return undefined;
    return new OrchestratorError(
      'ORC_DOCKER',
      `The Docker engine speaks API ${ApiVersion}, and 1.${OLDEST_API} is needed`,
    );
  } catch (cause) {
    const where = host === undefined ? '' : ` at ${host}`;
    const what = `No Docker engine answers${where}: ${engineMessage(cause)}`;
    return new OrchestratorError('ORC_DOCKER', what, { cause });
  }
}

/** What the image says of itself, or why it cannot be used. */
export async function usableImage(
  docker: Docker,
  image: string,
): Promise<OrchestratorError | { clis: readonly string[] | undefined }> {
  try {
    const { Config } = await docker.getImage(image).inspect();
    if (Config.Labels?.[AGENT_ENTRY_LABEL] === AGENT_ENTRY) {
      return { clis: Config.Labels[AGENTS_LABEL]?.split(',') };
    }
    return new OrchestratorError('ORC_WORKER_IMAGE', `The image ${image} is of another version`);
  } catch (cause) {
    const what =
      statusOf(cause) === 404
        ? `The image ${image} is not there`
        : `The image ${image} could not be looked up: ${engineMessage(cause)}`;
    return new OrchestratorError('ORC_WORKER_IMAGE', what, { cause });
  }
}
