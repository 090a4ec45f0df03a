import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { ExportManifest } from '../../schemas/export-manifest.ts';
import { isAgentId, isToken } from '../../schemas/ids.ts';
import { replaceFile } from '../files/replace-file.ts';
import type { Git } from '../git/git.ts';
import type { DataPaths } from '../service/data-paths.ts';
import { isLineSession, isSessionPath, movedSessionPath } from './session-folders.ts';
import { linesInHome } from './session-in-home.ts';

interface Part {
  name: string;
  content: AsyncIterable<Uint8Array>;
}

/** Fetching what is large. */
const FETCH_MS = 30 * 60_000;

/** Puts the projects and sessions of an export into a data folder without agents and projects. */
export class BringBeside {
  readonly #paths: Pick<DataPaths, 'agents' | 'projects'>;
  readonly #manifest: Pick<ExportManifest, 'place' | 'parts'>;
  readonly #git: (home: string) => Git;
  readonly #branchOf: (projectId: string) => string;

  /** @param branchOf the branch that is a project's own */
  constructor(
    paths: Pick<DataPaths, 'agents' | 'projects'>,
    manifest: Pick<ExportManifest, 'place' | 'parts'>,
    git: (home: string) => Git,
    branchOf: (projectId: string) => string,
  ) {
    this.#paths = paths;
    this.#manifest = manifest;
    this.#git = git;
    this.#branchOf = branchOf;
  }

  /** Throws ORC_NOT_EMPTY where there are agents or projects that no import has left. */
  async begin(isAgain: boolean): Promise<void> {
    const { agents, projects } = this.#paths;
    if (isAgain) {
      for (const { name } of this.#manifest.parts) {
        const [folder = '', id = ''] = name.split('/');
        if (folder === 'sessions' && isAgentId(id)) await remove(join(agents, id));
        const project = projectOf(name);
        if (project !== undefined) await remove(join(projects, `${project}.git`));
      }
    }
    const homes = (await namesIn(agents)).filter(isAgentId);
    const repositories = (await namesIn(projects)).filter((name) => name.endsWith('.git'));
    if (homes.length + repositories.length === 0) return;
    const what = `The data folder has ${homes.length} homes of agents and ${repositories.length} projects`;
    throw new OrchestratorError('ORC_NOT_EMPTY', what);
  }

  async take({ name, content }: Part): Promise<void> {
    const project = projectOf(name);
    if (project !== undefined) return this.#project(project, content);
    const [folder = '', agentId = '', ...rest] = name.split('/');
    const path = rest.join('/');
    if (folder !== 'sessions' || !isAgentId(agentId) || !isSessionPath(path)) {
      throw new OrchestratorError('ORC_EXPORT', `${name}: nothing is put there`);
    }
    const { place } = this.#manifest;
    const to = join(this.#paths.agents, agentId);
    const from = place ? join(place.folder, agentId) : to;
    const file = join(to, movedSessionPath(path, join(from, 'workspace'), join(to, 'workspace')));
    const own = isLineSession(path) ? linesInHome(content, from, to) : content;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    await pipeline(Readable.from(own), target);
  }

  /** The folder of agents has the name that it had: so a spawner knows the agents as its own. */
  async finish(): Promise<void> {
    const { place } = this.#manifest;
    if (place === undefined || !isToken(place.name)) return;
    await replaceFile(join(this.#paths.agents, 'node'), `${place.name}\n`);
  }

  async #project(id: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    const repository = join(this.#paths.projects, `${id}.git`);
    const half = `${repository}.half`;
    await remove(half);
    await mkdir(half, { recursive: true, mode: 0o700 });
    const bundle = join(half, 'import.bundle');
    await pipeline(Readable.from(content), createWriteStream(bundle, { mode: 0o600 }));
    const git = this.#git(half);
    const branch = `--initial-branch=${this.#branchOf(id)}`;
    await git.run({ args: ['init', '--quiet', '--bare', '--template=', branch, half] });
    await git.run({
      cwd: half,
      environment: { GIT_DIR: half, GIT_CEILING_DIRECTORIES: half },
      args: ['-c', 'fetch.fsckObjects=true', 'fetch', '--quiet', bundle, '+refs/*:refs/*'],
      protocols: ['file'],
      timeoutMs: FETCH_MS,
    });
    await remove(bundle);
    await rename(half, repository);
  }
}

function projectOf(name: string): string | undefined {
  const [, id] = /^projects\/([^/]+)\.bundle$/.exec(name) ?? [];
  return id !== undefined && isToken(id) ? id : undefined;
}

const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true });

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
