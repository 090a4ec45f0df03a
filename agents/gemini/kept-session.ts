import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Lets a Gemini CLI find the session of the one before it. Its recording is a file of the minute in
 * which it began, and of the session's first digits; while it loads a session, it begins a recording
 * of this very session. In the same minute that is the same file: what stood there counts no more, and
 * it says "No previous sessions found". Under a name of long ago it is found, whenever that is
 * (measured with 0.61.0).
 *
 * @param home the agent's, in which the CLI keeps `.gemini`
 */
export function keepSession(home: string, session: string): void {
  const projects = join(home, '.gemini', 'tmp');
  for (const project of namesIn(projects)) {
    const chats = join(projects, project, 'chats');
    const names = new Set(namesIn(chats));
    for (const name of [...names]) {
      const aside = namesAside(name, session).find((free) => !names.has(free));
      if (aside === undefined) continue;
      renameSync(join(chats, name), join(chats, aside));
      names.add(aside);
    }
  }
}

const CENTURIES = Array.from({ length: 10 }, (_, before) => 19 - before);

/**
 * Names for a recording as if it had begun centuries ago, the nearest century first. There are none for
 * a file that is no recording of this session, or that has such a name already.
 */
function namesAside(name: string, session: string): string[] {
  const [, began, rest] = /^session-20(\d{2}-\d{2}-\d{2}T\d{2}-\d{2})-(.+)$/.exec(name) ?? [];
  if (began === undefined || rest !== `${session.slice(0, 8)}.jsonl`) return [];
  return CENTURIES.map((century) => `session-${century}${began}-${rest}`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The CLI makes the folder with its first recording.
    return [];
  }
}
