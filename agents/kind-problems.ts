import { join } from 'node:path';
import type { ChosenRuntime } from '../platform/docker/choose-runtime.ts';
import { isOnPath } from '../platform/files/on-path.ts';
import { dataPaths } from '../platform/service/data-paths.ts';
import type { Settings } from '../schemas/settings.ts';
import type { AgentKind } from './agent-kind.ts';
import { filesIn } from './host/agent-logins.ts';

/** What a kind of agent lacks where agents run. */
export interface KindProblem {
  what: string;
  cure: string;
  /** Whether an agent of this kind cannot start. Without a login it starts, and its model refuses. */
  blocks: boolean;
}

/** Where agents of a kind would run. */
export interface KindPlace {
  settings: Settings;
  /** The system's own environment. */
  environment: Record<string, string | undefined>;
  chosen: ChosenRuntime;
  /** PATH of the agents that are processes of this machine. */
  searchPath: string;
}

/** What keeps a kind of agent from work, with how to get just that; nothing for one without a CLI. */
export async function kindProblems(kind: AgentKind, place: KindPlace): Promise<KindProblem[]> {
  return [...cliProblem(kind, place), ...(await loginProblem(kind, place))];
}

/** How to get the CLI of a kind where it is not there; undefined for one that brings none. */
export function howToGetCli({ name, cli }: AgentKind, runtime: string): string | undefined {
  if (cli === undefined) return undefined;
  return runtime === 'docker'
    ? `AGENTS=${name} in .env and \`docker compose up --build\`, or \`npm run images -- --build-arg AGENTS=${name}\`, puts it into the worker image`
    : `\`npm run agents ${name}\` installs it`;
}

function cliProblem(kind: AgentKind, { chosen, searchPath }: KindPlace): KindProblem[] {
  const { name, title } = kind;
  const cure = howToGetCli(kind, chosen.kind);
  if (cure === undefined) return [];
  const isThere =
    chosen.kind === 'local'
      ? isOnPath(name, searchPath)
      : // An image that does not say what is in it is believed to have it.
        (chosen.clis?.some((one) => one === name || one === 'all') ?? true);
  const where = chosen.kind === 'local' ? 'on this machine' : 'in the worker image';
  return isThere ? [] : [{ what: `The CLI of ${title} is not ${where}`, cure, blocks: true }];
}

async function loginProblem(
  { name, title, login }: AgentKind,
  { settings, environment }: KindPlace,
): Promise<KindProblem[]> {
  if (login === undefined || login.variables.some((variable) => environment[variable])) return [];
  const folder =
    settings.ORCHESTRATOR_CREDENTIALS_DIR ??
    join(dataPaths(settings.ORCHESTRATOR_DATA_DIR).root, 'credentials');
  const kept = (await filesIn(folder)) ?? [];
  // A login of the system, or of any user.
  if (kept.some(({ path }) => path.split('/').slice(0, -1).includes(name))) return [];
  const hint = login.hint === undefined ? '' : ` (${login.hint})`;
  const [file = 'the file of its login'] = login.files;
  const cure = `set ${login.variables.join(' or ')}${hint}, or put ${file} into ${join(folder, name)} (docs/agents.md, Credentials)`;
  return [{ what: `There is no login for ${title}`, cure, blocks: false }];
}
