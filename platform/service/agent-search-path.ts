import { delimiter, dirname, join } from 'node:path';

const USUAL = '/usr/local/bin:/usr/bin:/bin';

/**
 * The PATH of agents that are processes of this machine, for a checkout (`root`): the `orchestrator`
 * command, the agent CLIs of `npm run agents`, the Node that those in JavaScript need, and the
 * system's own PATH.
 */
export const agentSearchPath = (root: string, own: string | undefined): string =>
  [
    join(root, 'dist', 'bin'),
    join(root, '.cache', 'agents', 'node_modules', '.bin'),
    dirname(process.execPath),
    own ?? USUAL,
  ].join(delimiter);
