/**
 * Where the CLIs keep their conversations, relative to the home of an agent, and by what a host knows which one is its
 * own (`agents/host/session-file.ts`). Not the folders above: there they keep their logins.
 */
export const SESSION_FOLDERS = [
  '.orchestrator/session',
  '.claude/projects',
  '.codex/sessions',
  '.gemini/tmp',
  '.factory/sessions',
  '.local/share/opencode/storage',
  '.demo-agent',
] as const;

/** Whether a file of an export may be put there: nothing else of a home is any export's business. */
export const isSessionPath = (path: string): boolean =>
  SESSION_FOLDERS.some((folder) => path === folder || path.startsWith(`${folder}/`)) &&
  !path.includes('\0') &&
  path.split('/').every((part) => !['', '.', '..'].includes(part));

/**
 * The same path in a home that lies elsewhere: Claude Code keeps the conversations of a folder in one that is named by
 * its path, each character but letters and digits replaced.
 */
export function movedSessionPath(path: string, from: string, to: string): string {
  const begin = `.claude/projects/${dashed(from)}`;
  const isOwn = path === begin || path.startsWith(`${begin}/`) || path.startsWith(`${begin}-`);
  return isOwn ? `.claude/projects/${dashed(to)}${path.slice(begin.length)}` : path;
}

const dashed = (path: string): string => path.replaceAll(/[^A-Za-z0-9]/g, '-');
