import type { HostedCli } from '../host/hosted-agent-factory.ts';
import { hostedKind } from '../host/hosted-kind.ts';
import { claudeLogin } from './claude-login.ts';

/** Milliseconds: a question to the user may take a while inside its shell tool. */
const SHELL_TIMEOUT = '600000';
const LONGEST_SHELL_TIMEOUT = '7200000';

const KEYS = ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_AUTH_TOKEN'];
const TAKES = ['ANTHROPIC_BASE_URL', 'ANTHROPIC_MODEL', 'CLAUDE_CODE_MAX_RETRIES'];

/** Claude Code. */
export const claude = hostedKind({
  name: 'claude',
  title: 'Claude Code',
  olderName: 'claude-code',
  cli: { package: '@anthropic-ai/claude-code', version: '2.1.330', installs: true },
  settings: {},
  takes: TAKES,
  models: {
    known: ['opus', 'sonnet', 'haiku'],
    begin: /^(claude-|opus|sonnet|haiku)/,
    efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
  },
  login: {
    variables: KEYS,
    files: [claudeLogin.path],
    renewed: claudeLogin,
    homeVariable: 'CLAUDE_CONFIG_DIR',
    check: {
      variable: 'ANTHROPIC_API_KEY',
      base: 'https://api.anthropic.com',
      baseVariable: 'ANTHROPIC_BASE_URL',
      path: '/v1/models',
      headers: (key) => ({ 'x-api-key': key, 'anthropic-version': '2023-06-01' }),
    },
    hint: '`claude setup-token` makes the token',
  },
  driver: async () => {
    const { ClaudeDriver } = await import('./claude-driver.ts');
    return (options) => new ClaudeDriver(options);
  },
  hosted: () => CLI,
});

const CLI: HostedCli = {
  joins: true,
  instructions: 'CLAUDE.md',
  ownInstructions: '.claude/CLAUDE.md',
  takes: [...KEYS, ...TAKES],
  command: ({ model, effort }, { otherwise }) => [
    'claude',
    ...(model === undefined ? [] : ['--model', model]),
    ...(effort === undefined ? [] : ['--effort', effort]),
    ...(otherwise === 'allow'
      ? ['--dangerously-skip-permissions']
      : ['--permission-prompt-tool', 'stdio']),
  ],
  environment: () => ({
    // Without it Claude refuses to skip permissions as root, which a container's user may be.
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    BASH_DEFAULT_TIMEOUT_MS: SHELL_TIMEOUT,
    BASH_MAX_TIMEOUT_MS: LONGEST_SHELL_TIMEOUT,
  }),
  files: () => [],
};
