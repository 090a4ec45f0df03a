import type { AgentOrder } from '../agent-factory.ts';
import type { PermissionPolicy } from '../host/host-order.ts';
import type { HostedCli } from '../host/hosted-agent-factory.ts';
import { hostedKind } from '../host/hosted-kind.ts';
import type { TextFile } from '../process-file.ts';
import { codexLogin } from './codex-login.ts';

const KEYS = ['OPENAI_API_KEY'];
const TAKES = ['OPENAI_BASE_URL', 'CODEX_MODEL'];

/** OpenAI Codex. */
export const codex = hostedKind({
  name: 'codex',
  title: 'Codex',
  cli: { package: '@openai/codex', version: '0.169.0' },
  settings: {},
  takes: TAKES,
  models: {
    known: ['gpt-5.4', 'gpt-5.4-mini'],
    begin: /^(gpt-|codex-|o\d)/,
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh'],
  },
  login: {
    variables: KEYS,
    files: [codexLogin.path],
    renewed: codexLogin,
    homeVariable: 'CODEX_HOME',
    check: {
      variable: 'OPENAI_API_KEY',
      base: 'https://api.openai.com/v1',
      baseVariable: 'OPENAI_BASE_URL',
      path: '/models',
      headers: (key) => ({ authorization: `Bearer ${key}` }),
    },
  },
  driver: async () => {
    const { CodexDriver } = await import('./codex-driver.ts');
    return (options) => new CodexDriver(options);
  },
  hosted: () => CLI,
});

const CLI: HostedCli = {
  joins: true,
  instructions: 'AGENTS.md',
  ownInstructions: '.codex/AGENTS.md',
  takes: [...KEYS, ...TAKES],
  command: () => ['codex'],
  environment: ({ home }) => ({ CODEX_HOME: `${home}/.codex` }),
  files: (order, variables, policy) => [
    { path: '.codex/config.toml', content: config(order, variables, policy) },
    ...apiKeyLogin(variables),
    // Its own command is allowed outside of the sandbox, where there is one.
    { path: '.codex/rules/default.rules', content: OWN_COMMAND_RULE },
  ],
};

const OWN_COMMAND_RULE = 'prefix_rule(pattern=["orchestrator"], decision="allow")\n';

function apiKeyLogin({ OPENAI_API_KEY }: Readonly<Record<string, string>>): TextFile[] {
  if (OPENAI_API_KEY === undefined) return [];
  const content = JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY });
  return [{ path: codexLogin.path, content, mode: 0o600 }];
}

function config(
  { workspace, model: wanted, effort }: AgentOrder,
  variables: Readonly<Record<string, string>>,
  policy: PermissionPolicy,
): string {
  const free = policy.otherwise === 'allow';
  const { OPENAI_BASE_URL: url, CODEX_MODEL } = variables;
  const model = wanted ?? CODEX_MODEL;
  // A TOML basic string takes what a JSON string may hold.
  const text = (value: string) => JSON.stringify(value);
  return [
    // /etc/profile of a login shell would take `orchestrator` from the PATH.
    'allow_login_shell = false',
    `approval_policy = "${free ? 'never' : 'on-request'}"`,
    `sandbox_mode = "${free ? 'danger-full-access' : 'workspace-write'}"`,
    'check_for_update_on_startup = false',
    ...(model === undefined ? [] : [`model = ${text(model)}`]),
    ...(effort === undefined ? [] : [`model_reasoning_effort = ${text(effort)}`]),
    ...(url === undefined ? [] : ['model_provider = "own"']),
    `[projects.${text(workspace)}]`,
    'trust_level = "trusted"',
    ...(url === undefined ? [] : ownProvider(text(url))),
    '[analytics]',
    'enabled = false',
    '[feedback]',
    'enabled = false',
    '',
  ].join('\n');
}

const ownProvider = (url: string): string[] => [
  '[model_providers.own]',
  'name = "own"',
  `base_url = ${url}`,
  'wire_api = "responses"',
  'env_key = "OPENAI_API_KEY"',
  'requires_openai_auth = false',
  'supports_websockets = false',
];
