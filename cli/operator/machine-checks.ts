import { constants, existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { readSettings } from '../../agents/load-settings.ts';
import { findNatsServer } from '../../bootstrap/nats-server.mjs';
import { freeBytes } from '../../platform/files/free-bytes.ts';
import { isOnPath } from '../../platform/files/on-path.ts';
import { projectRoot } from '../../platform/files/project-root.ts';
import { makeDataFolder } from '../../platform/service/data-folder.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import { asOrchestratorError } from '../../schemas/errors.ts';
import { type Settings, settingProblemsLine } from '../../schemas/settings.ts';
import { wantedKindProblems } from '../start/check-kind.ts';
import { requireUsable } from '../start/check-settings.ts';
import { natsServerPlace } from '../start/nats-server-place.ts';
import { type Check, missing, ok, wrong } from './check.ts';

type Environment = Record<string, string | undefined>;

const NODE = 24;
const FREE_BYTES = 1024 ** 3;

/** What a local agent's keeper runs. */
const PROGRAMS = ['bash', 'tail', 'mkfifo', 'sleep'] as const;

export function checkNode(version = process.versions.node): Check {
  const name = 'Node.js';
  return Number(version.split('.')[0]) >= NODE
    ? ok(name, version)
    : wrong(name, `${version}; ${NODE} is needed: run it by npm (\`npm start\`), which has it`);
}

export function checkSettings(environment: Environment): Check {
  const result = readSettings(environment);
  const name = 'settings';
  return result.ok ? ok(name, 'valid') : wrong(name, settingProblemsLine(result.problems));
}

/** The kind of agent that a user gets, where nothing else is said. */
export function checkKind(settings: Settings): Check {
  const name = 'kind of agent';
  try {
    requireUsable(settings);
    return ok(name, settings.ORCHESTRATOR_AGENT);
  } catch (error) {
    return wrong(name, asOrchestratorError(error).message);
  }
}

export async function checkNatsServer(
  environment: Environment,
  settings: Settings,
): Promise<Check> {
  const name = 'nats-server';
  if (settings.ORCHESTRATOR_NATS_URL !== undefined) return ok(name, 'not needed: a URL is set');
  try {
    const { root } = natsServerPlace(environment);
    const options = { root, env: environment, allowDownload: false };
    const { path, version } = await findNatsServer(options);
    return ok(name, `${version} (${path})`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return wrong(name, `${reason.replace(/\s+/g, ' ')}; \`npm run build\` fetches one`);
  }
}

/**
 * Are agents started here? Not in an image of services, which is no checkout, unless its settings say
 * where: there they are the business of the spawner, whose health tells of it.
 */
export const startsAgents = (settings: Settings, root = projectRoot()): boolean =>
  settings.ORCHESTRATOR_RUNTIME !== 'auto' || existsSync(join(root, 'bootstrap'));

/** Where agents would run, as the settings have it, and what the wanted kind lacks there. */
export async function checkRuntime(settings: Settings, environment: Environment): Promise<Check[]> {
  const name = 'agents';
  try {
    const { chooseRuntime } = await import('../../platform/docker/choose-runtime.ts');
    const chosen = await chooseRuntime(settings);
    const lacking = await wantedKindProblems(settings, environment, chosen);
    const place =
      chosen.kind === 'docker'
        ? ok(name, `in containers of ${settings.ORCHESTRATOR_WORKER_IMAGE}`)
        : localAgents(name, chosen.why);
    return [
      place,
      ...lacking.map(({ what, cure, blocks }) => {
        const detail = `${what}; ${cure}`;
        const of = `agent ${settings.ORCHESTRATOR_AGENT}`;
        return blocks ? wrong(of, detail) : missing(of, detail);
      }),
    ];
  } catch (error) {
    return [wrong(name, asOrchestratorError(error).line)];
  }
}

function localAgents(name: string, why: string | undefined): Check {
  const detail = 'as processes of this machine';
  return why === undefined
    ? ok(name, detail)
    : missing(name, `${detail}, not in containers: ${why}`);
}

export async function checkDataFolder(settings: Settings): Promise<Check> {
  const paths = dataPaths(settings.ORCHESTRATOR_DATA_DIR);
  const { root } = paths;
  const name = 'data folder';
  try {
    await makeDataFolder(paths);
    const free = await freeBytes(root);
    const size = `${(free / FREE_BYTES).toFixed(1)} GiB free`;
    return free < FREE_BYTES
      ? missing(name, `${root}: only ${size}; free some space`)
      : ok(name, `${root}, ${size}`);
  } catch (error) {
    const { message } = asOrchestratorError(error);
    return wrong(name, `${message}; set ORCHESTRATOR_DATA_DIR to a folder that can be written`);
  }
}

export function checkPrograms(path = process.env.PATH ?? ''): Check {
  const name = 'local agents';
  const lacking = PROGRAMS.filter((program) => !isOnPath(program, path));
  return lacking.length === 0
    ? ok(name, `${PROGRAMS.join(', ')} are there`)
    : wrong(name, `${lacking.join(', ')} not found; install bash and coreutils`);
}

export async function checkCommand(root = projectRoot()): Promise<Check> {
  const command = join(root, 'dist', 'bin', 'orchestrator');
  const name = 'agents’ command';
  return access(command, constants.X_OK).then(
    () => ok(name, command),
    () => wrong(name, `${command} is not there; \`npm run build\` makes it`),
  );
}
