import type { FastifyRequest } from 'fastify';
import type { AgentState } from '../../core/domain/agent/agent-state.ts';
import { allowedTools } from '../../core/domain/agent/allowed-tools.ts';
import { type Unheard, unheard } from '../../core/domain/agent/run/credentials.ts';
import { isSelected } from '../../core/log/subject-filter.ts';
import { agentClaims, isSignedByAgent } from '../../platform/nats/agent-claims.ts';
import { PROOF_AGE_MS, PROOF_HEADERS, proofText } from '../../schemas/agent-proof.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { isAgentEventId } from '../../schemas/ids.ts';
import type { ApiContext } from './api-context.ts';
import { bearerToken } from './bearer-token.ts';
import type { KnownTokens } from './known-tokens.ts';

/** An agent that asks, and what it may. */
export interface Speaker {
  agentId: string;
  /** Whether it may state an event on this subject, by this tool. */
  may(subject: string, tool: string): boolean;
  /** Bytes of its largest message. */
  maxBytes: number;
  /** Of one that has signed what it asks: the id of its event, and of which body. */
  proof?: { id: string; digest: string };
}

interface AgentSpeakersOptions extends Pick<ApiContext, 'settings' | 'log' | 'follower'> {
  tokens: KnownTokens;
  /** Public key of the agents' account. */
  account: string | undefined;
}

/** How long a request waits for what was said of its agent. */
const FOLDED_MS = 5_000;

/**
 * Knows which agent a request is of: by a token that was made for it, or by a signature of the key of its
 * credential. What the broker would refuse is refused here: another's subjects, a run that is over, an
 * agent that is over its quota (docs/decisions/0134-an-agent-speaks-over-http.md).
 */
export class AgentSpeakers {
  readonly #options: AgentSpeakersOptions;

  constructor(options: AgentSpeakersOptions) {
    this.#options = options;
  }

  /** Throws ORC_CREDS, ORC_CREDS_EXPIRED, ORC_NOT_PERMITTED, ORC_AGENT_ENDED and ORC_QUOTA. */
  async of(request: FastifyRequest): Promise<Speaker> {
    const { authorization } = request.headers;
    const [, jwt] = /^Agent (\S+)$/i.exec(authorization ?? '') ?? [];
    if (jwt !== undefined) return this.#proven(jwt, request);
    return this.#byToken(bearerToken(authorization));
  }

  async #byToken(text: string | undefined): Promise<Speaker> {
    const token = text === undefined ? undefined : await this.#options.tokens.find(text);
    if (token === undefined) throw unknownSpeaker('This address wants a token of an agent');
    const { agentId } = token;
    if (agentId === undefined) {
      throw new OrchestratorError('ORC_NOT_PERMITTED', 'This token speaks as no agent', { cure });
    }
    const state = await this.#heard(agentId);
    const { ORCHESTRATOR_ALLOWED_TOOLS: ofSystem, ORCHESTRATOR_QUOTA_MESSAGE: maxBytes } =
      this.#options.settings;
    const ofAgent = 'allowedTools' in state ? state.allowedTools : undefined;
    const allowed = allowedTools(ofSystem, ofAgent);
    const may = (_subject: string, tool: string) => allowed?.includes(tool) ?? true;
    return { agentId, may, maxBytes };
  }

  async #proven(jwt: string, { method, url, headers }: FastifyRequest): Promise<Speaker> {
    const { account, settings } = this.#options;
    if (account === undefined) {
      throw unknownSpeaker('This system gives agents no credentials that could be proven here');
    }
    const now = new Date();
    const claims = agentClaims(jwt, account, now);
    const { agentId, allow, maxPayload } = claims;
    const told = (name: string) => String(headers[name] ?? '');
    const [time, id] = [told(PROOF_HEADERS.time), told(PROOF_HEADERS.id)];
    const digest = told(PROOF_HEADERS.digest);
    const text = proofText({ method, path: url, time, id, digest });
    if (!isSignedByAgent(claims, text, told(PROOF_HEADERS.signature))) {
      throw unknownSpeaker('This is not signed by the key of its credential');
    }
    // NaN, of what is no time, is not within.
    if (!(Math.abs(now.getTime() - Date.parse(time)) <= PROOF_AGE_MS)) {
      const what = `This was signed at ${time}; here it is ${now.toISOString()}`;
      throw new OrchestratorError('ORC_CREDS', what, { cure: 'Set the clocks of both machines.' });
    }
    if (!isAgentEventId(agentId, id)) {
      const what = `${JSON.stringify(id)} is no id of an event of ${agentId}`;
      throw new OrchestratorError('ORC_BAD_INPUT', what);
    }
    await this.#heard(agentId, claims);
    const may = (subject: string) => allow.some((filter) => isSelected(filter, subject));
    const maxBytes = maxPayload ?? settings.ORCHESTRATOR_QUOTA_MESSAGE;
    return { agentId, may, maxBytes, proof: { id, digest } };
  }

  /** The state of an agent that is heard. What is not folded yet is waited for before it is refused. */
  async #heard(
    agentId: string,
    credential?: { user: string; issuedAt: Date },
  ): Promise<AgentState> {
    const { follower } = this.#options;
    const look = () => {
      const state = follower.state.agents.get(agentId);
      return { state, refusal: unheard(state, credential) };
    };
    let { state, refusal } = look();
    if (refusal !== undefined) {
      await this.#upToDate();
      ({ state, refusal } = look());
    }
    if (refusal !== undefined || state === undefined) throw notHeard(agentId, refusal);
    return state;
  }

  async #upToDate(): Promise<void> {
    const { follower, log } = this.#options;
    try {
      await follower.folded(await log.lastSequence('EVENTS'), AbortSignal.timeout(FOLDED_MS));
    } catch (cause) {
      const what = 'NATS does not tell how it is with the agent';
      throw new OrchestratorError('ORC_NOT_REACHABLE', what, { cause });
    }
  }
}

const cure = '`orchestrator token create <name> --agent <id>` makes one that speaks as an agent.';

const unknownSpeaker = (what: string) => new OrchestratorError('ORC_CREDS', what, { cure });

function notHeard(agentId: string, refusal: Unheard | undefined): OrchestratorError {
  if (refusal?.why !== 'muted') {
    return new OrchestratorError('ORC_AGENT_ENDED', `${agentId} has no process that would speak`);
  }
  const { reason, cure } = refusal.muted;
  return new OrchestratorError('ORC_QUOTA', `${agentId} is not heard at present: ${reason}`, {
    cure,
  });
}
