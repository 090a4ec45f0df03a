import { encodeUser, fmtCreds, type Permissions } from '@nats-io/jwt';
import type { DeclaredTool } from '../../schemas/declared-tool.ts';
import { TOOL_CALLS } from '../../schemas/events/tool.ts';
import { AGENT_SAYS } from '../../schemas/subjects.ts';
import { agentUserKey } from './agent-user-key.ts';
import { keyPair } from './key-pair.ts';

/**
 * Subscriptions that one connection of an agent may have: its commands have two. Each is a copy of
 * whatever comes, so a thousand on one inbox would make a thousand of every answer.
 */
const SUBSCRIPTIONS = 16;

/** How a credential tells of which user it is; its key does not, to whoever lacks the account's seed. */
export const USER_TAG = 'user:';

/** Inboxes of an agent: its credentials allow no other, so nobody reads another's replies. */
export const agentInboxPrefix = (agentId: string): string => `_INBOX_${agentId}`;

export interface AgentGrant {
  agentId: string;
  /** The user that it is: revoked and closed as one. The agent's id without. */
  user?: string | undefined;
  expiresAt: Date;
  /** ORCHESTRATOR_ALLOWED_TOOLS: `respond`, `project`, …; all of them without. */
  allowedTools?: readonly string[] | undefined;
  /** Those that an operator has declared. */
  tools?: readonly Pick<DeclaredTool, 'name' | 'verbs'>[] | undefined;
  /** Bytes of its largest message; what the server takes without. */
  maxPayload?: number | undefined;
}

/**
 * The text of a credentials file for one agent. The broker authorises, not the client: it may say
 * what it may say, call the tools that it may call, signal that it is ready and the end of its turn,
 * and hear the results of its own calls; nothing else.
 */
export async function mintAgentCredentials(agentsSeed: string, grant: AgentGrant): Promise<string> {
  const { agentId, expiresAt, maxPayload } = grant;
  const account = keyPair(new TextEncoder().encode(agentsSeed));
  const userName = grant.user ?? agentId;
  const user = agentUserKey(agentsSeed, userName);
  const expires = { exp: Math.floor(expiresAt.getTime() / 1000) };
  const limits = { subs: SUBSCRIPTIONS };
  const allowed = {
    ...limits,
    tags: [`${USER_TAG}${userName}`],
    ...agentPermissions(grant),
    ...(maxPayload && { payload: maxPayload }),
  };
  const jwt = await encodeUser(agentId, user, account, allowed, expires);
  return new TextDecoder().decode(fmtCreds(jwt, user));
}

function agentPermissions({ agentId, allowedTools, tools = [] }: AgentGrant): Permissions {
  const own = `agents.${agentId}`;
  const mayUse = (tool: string) => allowedTools?.includes(tool) ?? true;
  const declared = tools.flatMap(({ name, verbs }) => verbs.map((verb) => ({ tool: name, verb })));
  const calls = [...TOOL_CALLS, ...declared].filter(({ tool }) => mayUse(tool));
  const responses = AGENT_SAYS.response.map((name) => `${own}.response.${name}`);
  return {
    pub: {
      allow: [
        ...(mayUse('respond') ? [...responses, `${own}.file.*`] : []),
        ...AGENT_SAYS.turn.map((name) => `${own}.turn.${name}`),
        ...calls.map(({ tool, verb }) => `${own}.tool.${tool}.${verb}`),
        // A result that came while nobody listened.
        `$JS.API.DIRECT.GET.EVENTS.${own}.result.*`,
      ],
    },
    sub: { allow: [`${agentInboxPrefix(agentId)}.>`, `${own}.result.*`] },
  };
}
