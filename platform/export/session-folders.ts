/** By what a host knows which session is its own, relative to the home of an agent (`agents/host/session-file.ts`). */
export const SESSION_ID_FILE = '.orchestrator/session';

/** Where a session is one file of JSON lines that have times, named by its id: Claude Code's, and Codex's. */
export const LINE_SESSIONS = ['.claude/projects', '.codex/sessions'] as const;

/**
 * Where the CLIs keep their conversations, relative to the home of an agent, and which one is its own. Not the
 * folders above: there they keep their logins.
 */
export const SESSION_FOLDERS = [
  SESSION_ID_FILE,
  '.claude/projects',
  '.codex/sessions',
  '.gemini/tmp',
  '.factory/sessions',
  '.local/share/opencode/storage',
  '.demo-agent',
] as const;

export const isLineSession = (path: string): boolean =>
  LINE_SESSIONS.some((folder) => path.startsWith(`${folder}/`)) && path.endsWith('.jsonl');

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
