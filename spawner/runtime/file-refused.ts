import { homePath } from '../../schemas/events/parts.ts';

/** A file of an agent cannot be where it is named; the same will not succeed later. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';

  /** @param path as it was asked for, relative to the agent's home */
  constructor(path: string, why: string, options: ErrorOptions & { to?: 'written' | 'read' } = {}) {
    super(`${path} cannot be ${options.to ?? 'written'}: ${why}`, options);
  }
}

/**
 * Throws {@link FileRefused} unless a path, after a link in it was followed, is one of the agent's
 * own files: below its home, and not where the runtime keeps its own things.
 *
 * @param real where `path` leads, relative to the home
 */
export function requireOwnFile(path: string, real: string): void {
  if (homePath.safeParse(real).success) return;
  throw new FileRefused(path, 'a link leads out of what is the agent’s own in its home');
}
