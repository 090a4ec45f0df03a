import { join } from 'node:path';
import type { ChosenRuntime } from '../platform/docker/choose-runtime.ts';
import { isOnPath } from '../platform/files/on-path.ts';
import type { Settings } from '../schemas/settings.ts';
import { credentialsFolder } from './agent-factories.ts';
import type { AgentKind } from './agent-kind.ts';
import { filesIn } from './host/agent-logins.ts';
import { ownLogin } from './own-login.ts';

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

/** Whether agents of a kind have what they log in with: the system's login, or that of any user. */
export async function hasLogin(
  { name, login }: AgentKind,
  { settings, environment }: Pick<KindPlace, 'settings' | 'environment'>,
): Promise<boolean> {
  if (login === undefined || login.variables.some((variable) => environment[variable])) return true;
  const kept = (await filesIn(credentialsFolder(settings))) ?? [];
  return kept.some(({ path }) => path.split('/').slice(0, -1).includes(name));
}

async function loginProblem(kind: AgentKind, place: KindPlace): Promise<KindProblem[]> {
  const { name, title, login } = kind;
  if (login === undefined || (await hasLogin(kind, place))) return [];
  const hint = login.hint === undefined ? '' : ` (${login.hint})`;
  const [file = 'the file of its login'] = login.files;
  const own = await ownLogin(kind, place.environment);
  const copy =
    own === undefined
      ? ''
      : `\`npx orchestrator login ${name}\` lets agents use a copy of your own CLI’s (${own}); or `;
  const folder = join(credentialsFolder(place.settings), name);
  const cure = `${copy}set ${login.variables.join(' or ')}${hint}, or put ${file} into ${folder} (docs/agents.md, Credentials)`;
  return [{ what: `There is no login for ${title}`, cure, blocks: false }];
}
