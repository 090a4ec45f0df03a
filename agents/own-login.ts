import { basename, join } from 'node:path';
import { isFileThere } from '../platform/files/is-file-there.ts';
import type { AgentKind } from './agent-kind.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The login of the CLI that whoever runs this has installed for themselves: the file that it renews, in
 * their home or where a variable of the CLI's has it. Undefined where it is not logged in by a file.
 */
export async function ownLogin(kind: AgentKind, env: Environment): Promise<string | undefined> {
  const path = kind.login?.renewed?.path;
  if (path === undefined) return undefined;
  const home = env.HOME;
  const moved = kind.login?.homeVariable && env[kind.login.homeVariable];
  // It lies in the CLI's folder itself: `.codex/auth.json`.
  const file = moved ? join(moved, basename(path)) : home && join(home, path);
  return file && (await isFileThere(file)) ? file : undefined;
}
