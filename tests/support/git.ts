import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Git } from '../../platform/git/git.ts';

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ann',
  GIT_AUTHOR_EMAIL: 'ann@example.com',
  GIT_COMMITTER_NAME: 'Ann',
  GIT_COMMITTER_EMAIL: 'ann@example.com',
};

/** git as a person runs it, without this machine's own settings. */
export function gitOf(folder: string, ...args: string[]): string {
  const env = {
    ...process.env,
    ...IDENTITY,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  // Nothing here lives long enough to be tidied up, for which each commit would start two more processes.
  const settings = ['-c', 'init.defaultBranch=main', '-c', 'maintenance.auto=false'];
  return execFileSync('git', ['-C', folder, ...settings, ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  }).trimEnd();
}

/** A folder that is removed with the test. */
export function ownFolder(t: { teardown(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-git-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files, by path and content, and commits everything that is there. */
export function commitFiles(
  folder: string,
  files: Record<string, string>,
  message = 'work',
): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  gitOf(folder, 'add', '--all', '.');
  gitOf(folder, 'commit', '--quiet', '--allow-empty', '-m', message);
  return gitOf(folder, 'rev-parse', 'HEAD');
}

/** A repository of a person, with a first commit of these files. */
export function repositoryWith(folder: string, files: Record<string, string>): string {
  mkdirSync(folder, { recursive: true });
  gitOf(folder, 'init', '--quiet');
  commitFiles(folder, files, 'first');
  return folder;
}

/** The system's git, with a home of its own below a folder. */
export function systemGit(folder: string): Git {
  const home = join(folder, 'git-home');
  mkdirSync(home, { recursive: true });
  return new Git({ searchPath: process.env.PATH ?? '', home });
}
