import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Person } from '../../../schemas/events/parts.ts';
import type { ProcessFile } from '../../runtime/runtime.ts';

/** Variables of a login folder, `NAME=value` a line; all other files go to the agent's home. */
const VARIABLES_FILE = 'env';

/** What one agent gets to log in at its model. */
export interface AgentLogin {
  variables: Readonly<Record<string, string>>;
  /** The files of the login; a JSON file that the agent has anyway is merged under them. */
  over(files: readonly ProcessFile[]): ProcessFile[];
}

/**
 * Where the agents' logins come from: a folder of the user's own (`<channel>/<user id>/<kind>/`),
 * which no other user's agent ever gets; else the system's (`<kind>/` and its environment).
 */
export class AgentLogins {
  readonly #folder: string;
  readonly #own: NodeJS.ProcessEnv;

  constructor(options: { folder: string; own: NodeJS.ProcessEnv }) {
    this.#folder = options.folder;
    this.#own = options.own;
  }

  /** `takes`: the variables that this kind gets from the system's environment. */
  async of(kind: string, takes: readonly string[], owner: Person | undefined): Promise<AgentLogin> {
    const ofUser = owner && (await filesIn(join(this.#folder, owner.channel, owner.userId, kind)));
    if (ofUser) return login(ofUser, {});
    const inherited = takes.flatMap((name) => {
      const value = this.#own[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    });
    const ofSystem = (await filesIn(join(this.#folder, kind))) ?? [];
    return login(ofSystem, Object.fromEntries(inherited));
  }
}

function login(found: readonly ProcessFile[], inherited: Record<string, string>): AgentLogin {
  const variables = found.find(({ path }) => path === VARIABLES_FILE);
  const files = found.filter((file) => file !== variables);
  return {
    variables: { ...inherited, ...parseVariables(variables?.content ?? '') },
    over: (own) => [
      ...own.filter(({ path }) => !files.some((file) => file.path === path)),
      ...files.map((file) =>
        merged(
          own.find(({ path }) => path === file.path),
          file,
        ),
      ),
    ],
  };
}

const parseVariables = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.trim(),
    ]),
  );

/** The login's file, on top of what we write there ourselves. */
function merged(own: ProcessFile | undefined, file: ProcessFile): ProcessFile {
  if (own === undefined || !file.path.endsWith('.json')) return file;
  const both: unknown = { ...JSON.parse(own.content), ...JSON.parse(file.content) };
  return { ...file, content: JSON.stringify(both) };
}

/** All files below a folder; undefined where there is no such folder. */
export async function filesIn(folder: string): Promise<ProcessFile[] | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    () => undefined,
  );
  if (entries === undefined) return undefined;
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        const content = await readFile(file, 'utf8');
        return { path: relative(folder, file), content, mode: 0o600 };
      }),
  );
}
