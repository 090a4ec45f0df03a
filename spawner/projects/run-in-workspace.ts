import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitEnvironment, gitVariables } from '../../platform/git/git-environment.ts';
import type { AgentPlaces, AgentProcess, ExecOutcome } from '../runtime/runtime.ts';
import { LARGEST_FILE } from './snapshots.ts';

/** What each script is made of. */
const SCRIPTS = {
  snapshot: ['workspace-tree', 'snapshot'],
  undo: ['workspace-tree', 'undo'],
  commits: ['commits'],
} as const;

export interface WorkspaceScript {
  name: keyof typeof SCRIPTS;
  /** Those behind the size of the largest file. */
  args: readonly string[];
  timeoutMs: number;
  outputBytes: number;
  signal: AbortSignal;
}

/**
 * Runs one of the system’s scripts in an agent’s workspace as the agent itself: what its repository’s
 * configuration may name is run with its rights and nobody else’s, and hooks are not run at all
 * (docs/decisions/0104-a-snapshot-a-turn.md).
 */
export async function runInWorkspace(
  process: AgentProcess,
  { searchPath, home }: AgentPlaces,
  { name, args, ...bounds }: WorkspaceScript,
): Promise<ExecOutcome> {
  const sources = await Promise.all(SCRIPTS[name].map((part) => source(part)));
  const environment = {
    ...gitEnvironment({ searchPath, home, more: gitVariables() }),
    // A repository above its home is none of its own.
    GIT_CEILING_DIRECTORIES: home,
  };
  const script = ['largest=$1', ...sources].join('\n');
  const command = ['bash', '-c', script, name, String(LARGEST_FILE), ...args] as const;
  return process.exec({ command, environment, ...bounds });
}

const source = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, `${name}.sh`), 'utf8');
