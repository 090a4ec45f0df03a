import { spawnSync } from 'node:child_process';
import { digestOfFiles } from '../support/digest-of-files.ts';

/** What it depends on how a CLI does in the suite: its factory and driver, the host, its version, the suite. */
const PATHS = ['agents', 'images/agents', 'tests/agents/conformance'];

/** Of what a report of the suite of agents is; kept in `docs/agents.json`. */
export interface ReportedSources {
  /** The commit that was checked out, and a `+` for what was changed in it: for people, to look. */
  commit: string;
  /** Stands for the files as they were: what counts. */
  sources: string;
}

/** Undefined in a copy that is no git checkout. */
export function agentSources(): ReportedSources | undefined {
  const args = ['describe', '--always', '--abbrev=12', '--exclude=*', '--dirty=+'];
  const { status, stdout } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
  if (status !== 0) return undefined;
  return { commit: stdout.trim(), sources: digestOfFiles(PATHS) };
}
