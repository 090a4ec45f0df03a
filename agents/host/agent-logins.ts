import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isDraft } from '../../platform/files/replace-file.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { TextFile } from '../process-file.ts';

/** Variables of a login folder, `NAME=value` a line; all other files go to the agent's home. */
const VARIABLES_FILE = 'env';

/** What one agent gets to log in at its model. */
export interface AgentLogin {
  variables: Readonly<Record<string, string>>;
  /**
   * The files of the login; a JSON file that the agent has anyway is merged under them. Throws
   * ORC_SETTINGS where the login's is none.
   */
  over(files: readonly TextFile[]): TextFile[];
}

/** A folder of a login, and whose it is: one user's own, or the system's, which serves everybody. */
export interface LoginFolder {
  folder: string;
  whose: 'user' | 'system';
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

  /** The folder of all logins. */
  get folder(): string {
    return this.#folder;
  }

  /** The folder from which the agents of an owner get their login; that of the system need not be there. */
  async folderOf(kind: string, owner: Person | undefined): Promise<LoginFolder> {
    const ofUser = owner && join(this.#folder, owner.channel, owner.userId, kind);
    return ofUser && (await isFolder(ofUser))
      ? { folder: ofUser, whose: 'user' }
      : { folder: join(this.#folder, kind), whose: 'system' };
  }

  /** `takes`: the variables that this kind gets from the system's environment. */
  async of(kind: string, takes: readonly string[], owner: Person | undefined): Promise<AgentLogin> {
    const { folder, whose } = await this.folderOf(kind, owner);
    const files = (await filesIn(folder)) ?? [];
    if (whose === 'user') return login(files, {});
    const inherited = takes.flatMap((name) => {
      const value = this.#own[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    });
    return login(files, Object.fromEntries(inherited));
  }
}

function login(found: readonly TextFile[], inherited: Record<string, string>): AgentLogin {
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
function merged(own: TextFile | undefined, file: TextFile): TextFile {
  if (own === undefined || !file.path.endsWith('.json')) return file;
  const both: unknown = { ...JSON.parse(own.content), ...parsed(file) };
  return { ...file, content: JSON.stringify(both) };
}

/** Throws ORC_SETTINGS, in words of its own: those of JSON.parse hold a piece of the file. */
function parsed({ path, content }: TextFile): object {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value === 'object' && value !== null) return value;
  } catch {}
  throw new OrchestratorError('ORC_SETTINGS', `the file ${path} of its login is not JSON`);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * All files below a folder, without those that somebody is about to put in the place of another;
 * undefined where there is no such folder.
 */
export async function filesIn(folder: string): Promise<TextFile[] | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    () => undefined,
  );
  if (entries === undefined) return undefined;
  return Promise.all(
    entries
      .filter((entry) => entry.isFile() && !isDraft(entry.name))
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        const content = await readFile(file, 'utf8');
        return { path: relative(folder, file), content, mode: 0o600 };
      }),
  );
}
