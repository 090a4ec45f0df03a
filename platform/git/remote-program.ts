import { gitSettings } from './git-environment.ts';

/**
 * The command line by which git serves a folder of this machine, for `--upload-pack` and
 * `--receive-pack`: git gives it to a shell, and hands none of its own settings on (git, connect.c).
 */
export const packCommand = (
  trusted: string | undefined,
  program: 'upload-pack' | 'receive-pack',
): string => ['git', ...gitSettings(trusted), program].map(quoted).join(' ');

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
