import { runProgram } from '../../../bootstrap/run-program.mjs';

/** Where an engine listens, as the `docker` program and dockerode understand it. */
export interface DockerEngine {
  /** `unix:///var/run/docker.sock`, `tcp://…`, as in DOCKER_HOST. */
  host: string;
}

/**
 * Runs `docker <args>` against the engine and gives its stdout. Throws with the last line of its
 * stderr. Images are built by the classic builder, which every engine has; BuildKit would need a
 * plugin beside it.
 */
export async function docker(
  engine: DockerEngine,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<string> {
  const outcome = await runProgram('docker', args, { ...options, env: dockerEnvironment(engine) });
  if (outcome.ok) return outcome.stdout;
  const last = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').at(-1);
  throw new Error(`docker ${args.slice(0, 2).join(' ')}: ${outcome.reason}: ${last}`);
}

/** The environment in which `docker` and Compose find this engine. */
export function dockerEnvironment(engine: DockerEngine): NodeJS.ProcessEnv {
  return { ...process.env, DOCKER_HOST: engine.host, DOCKER_BUILDKIT: '0' };
}

/** Whether the engine has an image of that name. */
export async function hasImage(engine: DockerEngine, name: string): Promise<boolean> {
  return (await imageLabels(engine, [name], 'any')).has(name);
}

/** One label of each of the images that the engine has, by name; empty where it has no such label. */
export async function imageLabels(
  engine: DockerEngine,
  names: readonly string[],
  label: string,
): Promise<Map<string, string>> {
  const format = `{{json .RepoTags}} {{with .Config.Labels}}{{index . "${label}"}}{{end}}`;
  const args = ['image', 'inspect', '--format', format, ...names];
  // Its exit code says that one of them is not there; what it prints is about the others.
  const { stdout } = await runProgram('docker', args, { env: dockerEnvironment(engine) });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return new Map(
    lines.flatMap((line) => {
      const end = line.lastIndexOf('] ') + 1;
      const tags: string[] = JSON.parse(line.slice(0, end));
      return tags.map((tag) => [tag, line.slice(end).trim()] as const);
    }),
  );
}
