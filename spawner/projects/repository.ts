import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Git, type GitCall, GitFailed, type GitOutput } from '../../platform/git/git.ts';
import type { GitProtocol } from '../../platform/git/git-environment.ts';
import { packCommand } from '../../platform/git/remote-program.ts';

/** Another repository that is fetched from or pushed to. */
export interface Remote {
  /** A URL or an absolute path. */
  address: string;
  protocols: readonly GitProtocol[];
  /** Settings of git, `name=value`: the helper that knows the credentials of its host. */
  settings?: readonly string[];
  /** Variables of ssh. */
  environment?: Readonly<Record<string, string>>;
  /** Of a path: the folder in which git may work whoever owns it. */
  trusted?: string;
}

/** How far two states of files are apart, in files and lines. */
export interface Distance {
  files: number;
  insertions: number;
  deletions: number;
}

/** Cloning and pushing of what is large. */
const TRANSFER_MS = 30 * 60_000;

/** Old repositories have such; git itself lets them pass where nobody asks for a check. */
const FSCK_TOLERATED = [
  'zeroPaddedFilemode',
  'missingSpaceBeforeDate',
  'badTimezone',
  'gitmodulesUrl',
];

/** The id of the object that an empty tree is. */
export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/**
 * A bare repository that the system keeps: nothing in it but what was fetched, and what the system
 * committed itself. No agent can write to it.
 */
export class Repository {
  readonly folder: string;
  readonly #git: Git;

  constructor(git: Git, folder: string) {
    this.#git = git;
    this.folder = folder;
  }

  async isThere(): Promise<boolean> {
    return stat(join(this.folder, 'HEAD')).then(
      () => true,
      () => false,
    );
  }

  /** Makes it, where it is not there, whole or not at all. Its branch has no commits yet. */
  async make(branch: string): Promise<void> {
    if (await this.isThere()) return;
    const half = `${this.folder}.${process.pid}.${Math.round(performance.now() * 1000)}.half`;
    await mkdir(half, { recursive: true, mode: 0o700 });
    try {
      await this.#git.run({
        args: ['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, half],
      });
      await rename(half, this.folder);
    } catch (error) {
      // Another has made it at the same moment.
      if (!(await this.isThere())) throw error;
    } finally {
      await rm(half, { recursive: true, force: true });
    }
  }

  /** A call of git on this repository. */
  try(call: GitCall): Promise<GitOutput> {
    return this.#git.try(this.#here(call));
  }

  run(call: GitCall): Promise<string> {
    return this.#git.run(this.#here(call));
  }

  bytes(call: GitCall): Promise<Buffer> {
    return this.#git.bytes(this.#here(call));
  }

  #here(call: GitCall): GitCall {
    const { args, environment } = call;
    const place = { GIT_DIR: this.folder, GIT_CEILING_DIRECTORIES: this.folder };
    return { cwd: this.folder, ...call, args, environment: { ...place, ...environment } };
  }

  /** The commit that a ref has; undefined where there is no such ref. */
  async commitOf(ref: string): Promise<string | undefined> {
    const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${ref}^{commit}`];
    const { code, stdout } = await this.try({ args });
    return code === 0 ? stdout.toString().trim() : undefined;
  }

  /** The branch that the repository at an address calls its own; undefined where it says none. */
  async defaultBranch(remote: Remote): Promise<string | undefined> {
    const args = [
      ...settingsOf(remote),
      'ls-remote',
      '--symref',
      ...uploadPack(remote),
      '--',
      remote.address,
      'HEAD',
    ];
    const listed = await this.#git.run({ args, ...callOf(remote) });
    return /^ref: refs\/heads\/(.+)\tHEAD$/m.exec(listed)?.[1];
  }

  /**
   * Fetches refs of another repository, each object checked (`fetch.fsckObjects`): what comes is
   * foreign. No tags, no submodules.
   *
   * @param refspecs such as `+refs/heads/*:refs/remotes/origin/*`
   */
  async fetch(remote: Remote, refspecs: readonly string[], depth?: number): Promise<void> {
    const checks = [
      'fetch.fsckObjects=true',
      ...FSCK_TOLERATED.map((id) => `fetch.fsck.${id}=warn`),
    ];
    await this.run({
      args: [
        ...settingsOf(remote),
        ...checks.flatMap((check) => ['-c', check]),
        'fetch',
        '--quiet',
        '--no-tags',
        '--prune',
        '--no-write-fetch-head',
        '--no-auto-maintenance',
        ...(depth === undefined ? [] : [`--depth=${depth}`]),
        ...uploadPack(remote),
        '--',
        remote.address,
        ...refspecs,
      ],
      ...callOf(remote),
      timeoutMs: TRANSFER_MS,
    });
  }

  /** Git’s own word for each ref: `ok`, or why it was refused. */
  async push(remote: Remote, refspec: string): Promise<string | undefined> {
    const receive =
      remote.trusted === undefined ? [] : [`--receive-pack=${packProgram(remote, 'receive-pack')}`];
    const { code, stdout, stderr } = await this.try({
      args: [
        ...settingsOf(remote),
        'push',
        '--porcelain',
        '--no-verify',
        ...receive,
        '--',
        remote.address,
        refspec,
      ],
      ...callOf(remote),
      timeoutMs: TRANSFER_MS,
    });
    if (code === 0) return undefined;
    const refused = /^!\t[^\t]*\t(.*)$/m.exec(stdout.toString())?.[1];
    if (refused !== undefined) return refused;
    throw new GitFailed(`git push: ${stderr.trim().split('\n').at(-1) ?? 'it failed'}`, stderr);
  }

  /** Takes a pack in: each object is checked, and nothing is named by a ref yet. */
  async unpack(pack: Uint8Array, signal?: AbortSignal): Promise<void> {
    const args = ['index-pack', '--stdin', '--fix-thin', '--fsck-objects'];
    await this.run({ args, input: pack, timeoutMs: TRANSFER_MS, ...(signal && { signal }) });
  }

  /** Throws where an object of a commit's history is missing that no ref has vouched for yet. */
  async requireWhole(commit: string, signal?: AbortSignal): Promise<void> {
    const args = ['rev-list', '--objects', '--quiet', commit, '--not', '--all'];
    await this.run({ args, timeoutMs: TRANSFER_MS, ...(signal && { signal }) });
  }

  async isAncestor(commit: string, of: string): Promise<boolean> {
    return (await this.try({ args: ['merge-base', '--is-ancestor', commit, of] })).code === 0;
  }

  /** A ref is at this commit from here on, wherever it was. */
  async set(ref: string, commit: string): Promise<void> {
    await this.run({ args: ['update-ref', '--no-deref', ref, commit] });
  }

  /** How far two commits or trees are apart. */
  async distance(from: string, to: string, signal?: AbortSignal): Promise<Distance> {
    const args = [
      'diff-tree',
      '-r',
      '--no-renames',
      '--no-ext-diff',
      '--no-textconv',
      '--shortstat',
    ];
    const told = await this.run({
      args: [...args, '--end-of-options', from, to],
      ...(signal && { signal }),
    });
    const number = (unit: RegExp) => Number(unit.exec(told)?.[1] ?? 0);
    return {
      files: number(/(\d+) files? changed/),
      insertions: number(/(\d+) insertions?/),
      deletions: number(/(\d+) deletions?/),
    };
  }

  /** Moves a ref where it is still at `from` (undefined: where it is not there). */
  async move(ref: string, to: string, from: string | undefined, why: string): Promise<void> {
    const old = from ?? '0'.repeat(40);
    await this.run({ args: ['update-ref', '--no-deref', '-m', why, ref, to, old] });
  }
}

const settingsOf = ({ settings = [] }: Remote): string[] =>
  settings.flatMap((setting) => ['-c', setting]);

const callOf = ({ protocols, environment, trusted }: Remote): Partial<GitCall> => ({
  protocols,
  ...(environment && { environment }),
  ...(trusted !== undefined && { trusted }),
});

/** Over a path git runs a program of its own there, without the settings of the command line. */
const uploadPack = (remote: Remote): string[] =>
  remote.trusted === undefined ? [] : [`--upload-pack=${packProgram(remote, 'upload-pack')}`];

const packProgram = ({ trusted }: Remote, program: 'upload-pack' | 'receive-pack'): string =>
  packCommand(trusted, program);
