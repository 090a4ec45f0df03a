import type { AgentState } from '../../core/domain/agent/agent-state.ts';

/** The revision of the protocol that is spoken. */
export const PROTOCOL_VERSION = '0.3';

/** Of an agent that is nobody's. */
const NO_OWNER = 'orchestrator';

/** What clients of the protocol find an agent by. */
export interface AgentIdentity {
  /** Its kind. */
  agent: string;
  /** `<channel>_<user id>`; `orchestrator` for one that is nobody's. */
  owner: string;
  /** Its id, which stays, whatever it is called. */
  session: string;
}

/** Of an agent that can be prompted; undefined where it cannot. Pure. */
export function agentIdentity(state: AgentState | undefined): AgentIdentity | undefined {
  if (state?.phase !== 'ready' || state.whatIf) return undefined;
  const { kind, owner, agentId } = state;
  const of = owner === undefined ? NO_OWNER : `${owner.channel}_${owner.userId}`;
  return { agent: kind, owner: of, session: agentId };
}

/** The subject of one of the protocol's verbs (§2). Pure. */
export const verbSubject = (
  verb: 'prompt' | 'hb' | 'status',
  { agent, owner, session }: AgentIdentity,
): string => `agents.${verb}.${agent}.${owner}.${session}`;
