import { constants } from 'node:fs';
import { lstat, mkdtemp, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAgentId, isToken } from '../../schemas/ids.ts';
import type { Git } from '../git/git.ts';
import type { DataPaths } from '../service/data-paths.ts';
import { readInPieces } from './read-in-pieces.ts';
import { SESSION_FOLDERS } from './session-folders.ts';

/** A part of an export, as `core/export/export-writer.ts` takes it. */
interface Part {
  name: string;
  kind: 'project' | 'session';
  bytes: number;
  count: 1;
  content: AsyncIterable<Uint8Array>;
}

interface Wanted {
  hasAgent(agentId: string): boolean;
  hasProject(projectId: string): boolean;
}

/** Bundling what is large. */
const BUNDLE_MS = 30 * 60_000;

/**
 * What a system is beside its log, in the data folder of this machine: the repositories of projects, each as a bundle
 * of git with the snapshots of all turns, and the files in which CLIs keep their conversations. Logins, keys and
 * workspaces are not among it. Homes of containers are volumes of their engine, and nothing here.
 */
export class BesideLog {
  readonly sessions: string[] = [];
  readonly leftOut: string[] = [];
  place: { name: string; folder: string } | undefined;
  readonly #paths: Pick<DataPaths, 'agents' | 'projects'>;
  readonly #git: (home: string) => Git;

  constructor(paths: Pick<DataPaths, 'agents' | 'projects'>, git: (home: string) => Git) {
    this.#paths = paths;
    this.#git = git;
  }

  async *parts(wanted: Wanted): AsyncGenerator<Part> {
    this.place = await this.#ownPlace();
    yield* this.#projects(wanted);
    yield* this.#sessions(wanted);
  }

  async #ownPlace(): Promise<{ name: string; folder: string } | undefined> {
    const { agents: folder } = this.#paths;
    const name = (await readFile(join(folder, 'node'), 'utf8').catch(() => '')).trim();
    return name === '' ? undefined : { name, folder };
  }

  async *#projects(wanted: Wanted): AsyncGenerator<Part> {
    const names = await namesIn(this.#paths.projects);
    const ids = names.filter((name) => name.endsWith('.git')).map((name) => name.slice(0, -4));
    const chosen = ids.filter((id) => isToken(id) && wanted.hasProject(id));
    if (chosen.length === 0) return;
    const folder = await mkdtemp(join(tmpdir(), 'orchestrator-export-'));
    try {
      for (const id of chosen) {
        const file = join(folder, 'bundle');
        if (!(await this.#bundle(id, file, folder))) continue;
        const { size: bytes } = await stat(file);
        const content = readInPieces(file, bytes);
        yield { name: `projects/${id}.bundle`, kind: 'project', bytes, count: 1, content };
        await rm(file, { force: true });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** False where there is nothing to be bundled. */
  async #bundle(id: string, file: string, home: string): Promise<boolean> {
    const repository = join(this.#paths.projects, `${id}.git`);
    const call = {
      cwd: repository,
      environment: { GIT_DIR: repository, GIT_CEILING_DIRECTORIES: repository },
      trusted: repository,
      timeoutMs: BUNDLE_MS,
    };
    const git = this.#git(home);
    const refs = await git.run({ ...call, args: ['for-each-ref', '--count=1', '--format=x'] });
    if (refs === '') {
      this.leftOut.push(`project ${id}: it has no commits`);
      return false;
    }
    await git.run({ ...call, args: ['bundle', 'create', '--quiet', file, '--all'] });
    return true;
  }

  async *#sessions(wanted: Wanted): AsyncGenerator<Part> {
    for (const agentId of await namesIn(this.#paths.agents)) {
      if (!isAgentId(agentId) || !wanted.hasAgent(agentId)) continue;
      let isAny = false;
      for (const folder of SESSION_FOLDERS) {
        for await (const path of filesBelow(join(this.#paths.agents, agentId), folder)) {
          const part = await this.#session(agentId, path);
          if (part === undefined) continue;
          isAny = true;
          yield part;
        }
      }
      if (isAny) this.sessions.push(agentId);
    }
  }

  async #session(agentId: string, path: string): Promise<Part | undefined> {
    const file = join(this.#paths.agents, agentId, path);
    try {
      await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
      const { size: bytes } = await handle.stat();
      const content = readInPieces(file, bytes);
      const name = `sessions/${agentId}/${path}`;
      return { name, kind: 'session', bytes, count: 1, content };
    } catch (error) {
      this.leftOut.push(`session ${agentId}: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }
}

/** Plain files, no links; nothing where the folder is none. */
async function* filesBelow(home: string, path: string): AsyncGenerator<string> {
  const found = await lstat(join(home, path)).catch(() => undefined);
  if (found?.isFile()) yield path;
  if (!found?.isDirectory()) return;
  for (const name of await namesIn(join(home, path))) yield* filesBelow(home, `${path}/${name}`);
}

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder).catch(() => [])).sort();
