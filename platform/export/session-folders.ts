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
