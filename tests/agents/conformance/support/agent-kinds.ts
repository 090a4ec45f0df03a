import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');

/** Where `npm run agents` puts the pinned CLIs. */
export const AGENT_CLIS = join(ROOT, '.cache', 'agents', 'node_modules');

/** A key that must never be seen in an event or a log. */
export const PLANTED_KEY = 'sk-planted-0123456789abcdef';

/** What the suite has to know of one kind of agent. */
export interface AgentKind {
  kind: string;
  /** The package of its CLI; undefined for our own programs. */
  package?: string;
  /** A model stands behind it, which the suite scripts. */
  hasModel: boolean;
  /** Takes a message into the running turn. */
  joins: boolean;
  /** Another process of the CLI goes on with the session of one that crashed. */
  resumes: boolean;
  /** A stream of the model that breaks is read again by the CLI itself. */
  readsCutStreamsAgain?: false;
  /** Asks only for what leaves its own sandbox, which the workspace is. */
  sandboxed?: true;
  /** The system's settings and environment; `folder` may hold files. */
  environment(url: string, folder: string): Record<string, string>;
}

function put(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** Remembers, and answers with what it is asked and all that it remembers. */
const LINE_PROGRAM = `trap 'echo interrupted' INT
seen=
while true; do
  IFS= read -r -d '' message || { [[ $? -gt 128 ]] && continue; break; }
  name=$(sed -n '1s/.*MSG\\[\\([^]]*\\)\\].*/\\1/p' <<<"$message")
  seen=\${seen:+$seen,}$name
  if [[ -e go ]]; then read -r _ <go; fi
  orchestrator answer "<$name> of $seen, \${#message} characters"
done`;

export const DEMO: AgentKind = {
  kind: 'demo',
  hasModel: false,
  joins: false,
  resumes: false,
  environment: () => ({}),
};

export const LINE: AgentKind = {
  kind: 'line',
  hasModel: false,
  joins: false,
  resumes: false,
  environment: () => ({
    ORCHESTRATOR_LINE_COMMAND: LINE_PROGRAM,
    ORCHESTRATOR_LINE_FRAMING: 'nul',
  }),
};

export const CLAUDE: AgentKind = {
  kind: 'claude',
  package: '@anthropic-ai/claude-code',
  hasModel: true,
  joins: true,
  resumes: true,
  environment: (url) => ({
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: PLANTED_KEY,
    CLAUDE_CODE_MAX_RETRIES: '2',
  }),
};

export const CODEX: AgentKind = {
  kind: 'codex',
  package: '@openai/codex',
  sandboxed: true,
  hasModel: true,
  joins: true,
  resumes: true,
  environment: (url) => ({
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_API_KEY: PLANTED_KEY,
    CODEX_MODEL: 'gpt-5.4',
  }),
};

export const GEMINI: AgentKind = {
  kind: 'gemini',
  package: '@google/gemini-cli',
  readsCutStreamsAgain: false,
  hasModel: true,
  joins: false,
  resumes: true,
  environment: (url) => ({
    GOOGLE_GEMINI_BASE_URL: url,
    GEMINI_API_KEY: PLANTED_KEY,
    GEMINI_MODEL: 'gemini-2.5-flash',
  }),
};

export const DROID: AgentKind = {
  kind: 'droid',
  package: 'droid',
  hasModel: true,
  joins: true,
  resumes: true,
  environment: (baseUrl, folder) => {
    const own = {
      model: 'test-model',
      displayName: 'test',
      baseUrl,
      apiKey: PLANTED_KEY,
      provider: 'anthropic',
      maxOutputTokens: 4096,
    };
    put(join(folder, 'droid', '.factory', 'settings.json'), { customModels: [own] });
    put(
      join(folder, 'droid', 'env'),
      `FACTORY_API_KEY=${PLANTED_KEY}\nFACTORY_TELEMETRY_INGEST_BASE_URL=http://127.0.0.1:9\n`,
    );
    return { ORCHESTRATOR_DROID_MODEL: 'custom:test-model' };
  },
};

/** The worked example of docs/add-an-agent.md: an agent that we have no code for. */
export const OPENCODE: AgentKind = {
  kind: 'acp',
  package: 'opencode-ai',
  hasModel: true,
  joins: false,
  resumes: true,
  environment: (url, folder) => {
    const files = join(folder, 'opencode');
    put(join(files, '.config', 'opencode', 'opencode.json'), {
      model: 'anthropic/claude-sonnet-4-5',
      autoupdate: false,
      share: 'disabled',
      permission: { bash: 'ask' },
      provider: { anthropic: { options: { baseURL: `${url}/v1` } } },
    });
    return {
      ORCHESTRATOR_ACP_COMMAND: 'exec opencode acp',
      ORCHESTRATOR_ACP_ENVIRONMENT: 'ANTHROPIC_API_KEY,OPENCODE_DISABLE_MODELS_FETCH',
      ORCHESTRATOR_ACP_FILES: files,
      ANTHROPIC_API_KEY: PLANTED_KEY,
      OPENCODE_DISABLE_MODELS_FETCH: '1',
    };
  },
};

/** The version that is installed. */
export function installedVersion(name: string): string {
  const file = join(AGENT_CLIS, name, 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
