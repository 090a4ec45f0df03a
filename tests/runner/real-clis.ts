import { existsSync } from 'node:fs';
import { join } from 'node:path';

const CLIS = join(import.meta.dirname, '..', '..', '.cache', 'agents', '.installed');

/** Whether the real agent CLIs are to be tested: somebody asks, CI among them, or they are there. */
export const hasRealClis = (env: NodeJS.ProcessEnv): boolean =>
  Boolean(env.CI) || env.TESTS === 'agents' || existsSync(CLIS);
