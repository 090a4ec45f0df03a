import { join } from 'node:path';
import type { AgentFactory, AgentOrder } from '../agents/agent-factory.ts';
import { kindOf } from '../agents/agent-kinds.ts';
import type { ProcessFile, TextFile } from '../agents/process-file.ts';
import type { LiveAgent } from '../core/domain/agent/agent-state.ts';
import { type AllowedTools, allowedTools } from '../core/domain/agent/allowed-tools.ts';
import { credentialsEnd, credentialUser } from '../core/domain/agent/run/credentials.ts';
import { type Mute, muteNotice } from '../core/log/mute-notice.ts';
import type { AgentGrant } from '../platform/nats/agent-credentials.ts';
import { renderInstructions } from '../schemas/agent-instructions.ts';
import type { DeclaredTool } from '../schemas/declared-tool.ts';
import type { AgentPlaces, AgentProcess } from './runtime/runtime.ts';
import { type WaysOut, waysOut, withoutNetwork } from './ways-out.ts';

const CREDENTIALS = 'agent.creds';
const TOOLS = 'tools.json';

/** The name of no tool. */
const NO_TOOL = 'none';

export interface AgentEnvironmentOptions {
  /** Where an agent reaches NATS, which may be elsewhere than where the spawner does. */
  natsUrl: string;
  /** Where it reaches the HTTP API, if it is to fall back on that. */
  apiUrl?: string | undefined;
  /** The text of a credentials file for one agent; undefined where the server asks for none. */
  mintCredentials: ((grant: AgentGrant) => Promise<string>) | undefined;
  allowedTools: readonly string[] | undefined;
  /** Those that an operator has declared. */
  tools: readonly DeclaredTool[];
  /** Hosts that a what-if reaches beside its model. */
  whatIfHosts?: readonly string[] | undefined;
  /** Bytes of the largest message of an agent. */
  maxMessage: number;
  /** The spawner's own environment: only what is on the allow list is taken from it. */
  own: NodeJS.ProcessEnv;
}

/** Taken over from the spawner where they are set; everything else is left behind. */
const ALLOWED = ['LANG', 'LC_ALL', 'TZ'];

/** What an agent's process gets to see: an allow list, never the spawner's own environment. */
export class AgentEnvironment {
  readonly #options: AgentEnvironmentOptions;

  constructor(options: AgentEnvironmentOptions) {
    this.#options = options;
  }

  /** The complete environment, or the name of a variable that its kind needs and nobody has set. */
  variables(
    state: LiveAgent,
    factory: AgentFactory,
    places: AgentPlaces,
  ): { variables: Record<string, string>; waysOut?: WaysOut } | { missing: string } {
    const { own, natsUrl, apiUrl, mintCredentials, whatIfHosts: more = [] } = this.#options;
    const tools = this.#tools(state);
    const required = factory.requiredEnvironment();
    const missing = required.filter((name) => !own[name]);
    if (missing.length > 0) {
      return { missing: `${factory.kind} needs ${missing.join(', ')} in the environment` };
    }
    const inherited = [...ALLOWED, ...required].flatMap((name) => {
      const value = own[name];
      return value === undefined ? [] : [[name, value]];
    });
    const variables = {
      LANG: 'C.UTF-8',
      ...Object.fromEntries(inherited),
      PATH: places.searchPath,
      HOME: places.home,
      TERM: 'dumb',
      // A repository above its home is none of its own: that of this system's checkout, perhaps.
      GIT_CEILING_DIRECTORIES: places.home,
      ORCHESTRATOR_AGENT_ID: state.agentId,
      ORCHESTRATOR_NATS_URL: natsUrl,
      ...(apiUrl !== undefined && { ORCHESTRATOR_API_URL: apiUrl }),
      ...(mintCredentials && { ORCHESTRATOR_CREDS: join(places.secrets, CREDENTIALS) }),
      ...(this.#declared(state).length > 0 && {
        ORCHESTRATOR_TOOLS_FILE: join(places.secrets, TOOLS),
      }),
      // Unset is all of them, and so would be nothing.
      ...(tools && { ORCHESTRATOR_ALLOWED_TOOLS: tools.join(',') || NO_TOOL }),
    };
    if (!state.whatIf?.isolated) return { variables };
    const login = kindOf(state.kind)?.login;
    return {
      variables: withoutNetwork(variables, natsUrl),
      waysOut: waysOut({ login, own, more, natsUrl }),
    };
  }

  /**
   * What its factory may know of an agent.
   *
   * @param digest of what was said before a run that goes on with it
   */
  order(state: LiveAgent, places: AgentPlaces, digest?: string): AgentOrder {
    const { agentId, owner, commandLine, model, effort } = state;
    const { home, secrets } = places;
    return {
      agentId,
      home,
      workspace: join(home, 'workspace'),
      secrets,
      ...(owner && { owner }),
      ...(commandLine !== undefined && { commandLine }),
      ...(model !== undefined && { model }),
      ...(effort !== undefined && { effort }),
      ...((state.run.resumed || state.run.forked === 'session') && {
        resumes: { digest: digest ?? '' },
      }),
    };
  }

  /** Credentials, instructions and what its kind needs, to be there before the process starts. */
  async files(
    state: LiveAgent,
    factory: AgentFactory,
    places: AgentPlaces,
    digest?: string,
  ): Promise<ProcessFile[]> {
    const declared = this.#declared(state);
    const instructions = this.#instructions(state, factory, declared);
    const own = (await factory.files?.(this.order(state, places, digest))) ?? [];
    const text = state.muted
      ? muteNotice(state.muted)
      : await this.#credentials(state, new Date(state.run.expiresAt));
    const tools = declared.length > 0 ? [toolsFile(declared)] : [];
    return [
      ...instructions,
      ...own,
      ...tools,
      ...(text === undefined ? [] : [credentialsFile(text)]),
    ];
  }

  /** New credentials for a longer life, put in place whole: a command sees the old or the new. */
  async renewCredentials(process: AgentProcess, state: LiveAgent, expiresAt: Date): Promise<void> {
    const text = await this.#credentials(state, expiresAt);
    if (text !== undefined) await process.replaceFile(credentialsFile(text));
  }

  /** Puts in the place of its credentials why they do not count. */
  async withdrawCredentials(process: AgentProcess, mute: Mute): Promise<void> {
    await process.replaceFile(credentialsFile(muteNotice(mute)));
  }

  /** As its kind has them, which places them; with declared tools, and with its own history where it can ask for that. */
  #instructions(
    state: LiveAgent,
    factory: AgentFactory,
    declared: readonly DeclaredTool[],
  ): TextFile[] {
    const allowed = this.#tools(state);
    const files = factory.generateInstructions(allowed, state.project !== undefined);
    const plain = renderInstructions(allowed);
    const whole = renderInstructions(allowed, declared, this.#options.apiUrl !== undefined);
    return files.map((file) => (file.content === plain ? { ...file, content: whole } : file));
  }

  #tools(state: LiveAgent): AllowedTools {
    return allowedTools(this.#options.allowedTools, state.allowedTools);
  }

  /** Those of the declared tools that it may use. */
  #declared(state: LiveAgent): readonly DeclaredTool[] {
    const allowed = this.#tools(state);
    return this.#options.tools.filter(({ name }) => allowed?.includes(name) ?? true);
  }

  async #credentials(state: LiveAgent, expiresAt: Date): Promise<string | undefined> {
    const { mintCredentials, maxMessage, tools } = this.#options;
    const allowedTools = this.#tools(state);
    const { agentId } = state;
    const until = credentialsEnd(state, expiresAt);
    const user = credentialUser(agentId, state.run);
    const rights = { allowedTools, tools, maxPayload: maxMessage };
    return mintCredentials?.({ agentId, user, expiresAt: until, ...rights });
  }
}

/** What its command line knows of declared tools. */
const toolsFile = (tools: readonly DeclaredTool[]): ProcessFile => ({
  path: TOOLS,
  content: JSON.stringify(tools),
  mode: 0o400,
  secret: true,
});

const credentialsFile = (content: string): ProcessFile => ({
  path: CREDENTIALS,
  content,
  mode: 0o400,
  secret: true,
});
