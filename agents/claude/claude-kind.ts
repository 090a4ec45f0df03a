import type { HostedCli } from '../host/hosted-agent-factory.ts';

/** Milliseconds: a question to the user may take a while inside its shell tool. */
const SHELL_TIMEOUT = '600000';
const LONGEST_SHELL_TIMEOUT = '7200000';

/** Claude Code. */
export const claudeCli: HostedCli = {
  kind: 'claude',
  joins: true,
  instructions: 'CLAUDE.md',
  takes: [
    'ANTHROPIC_API_KEY',
    'ANTHROPIC_AUTH_TOKEN',
    'CLAUDE_CODE_OAUTH_TOKEN',
    'ANTHROPIC_BASE_URL',
    'ANTHROPIC_MODEL',
    'CLAUDE_CODE_MAX_RETRIES',
  ],
  command: () => ['claude'],
  environment: () => ({
    // Else it refuses to skip permissions as root, which a container's user may be.
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    BASH_DEFAULT_TIMEOUT_MS: SHELL_TIMEOUT,
    BASH_MAX_TIMEOUT_MS: LONGEST_SHELL_TIMEOUT,
  }),
  files: () => [],
};
