import { Prefix } from '@nats-io/nkeys';
import { z } from 'zod';
import { OrchestratorError } from '../../schemas/errors.ts';
import { AGENT_ID } from '../../schemas/ids.ts';
import { USER_TAG } from './agent-credentials.ts';
import { isSignedBy } from './signed-by.ts';

/** What a credential of an agent says, whose signature is that of the agents' account. */
export interface AgentClaims {
  agentId: string;
  /** The user that it is (`credentialUser`): revoked as one. */
  user: string;
  /** `U…`: what the agent signs is verified by it. */
  publicKey: string;
  /** To the second. */
  issuedAt: Date;
  /** Subjects that it may publish to, with the wildcards of NATS. */
  allow: readonly string[];
  /** Bytes of its largest message; undefined for what the server takes. */
  maxPayload: number | undefined;
}

/** NATS user JWT, version 2, as `mintAgentCredentials` makes it. */
const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  name: z.string().regex(AGENT_ID),
  iat: z.number(),
  exp: z.number(),
  nats: z.object({
    type: z.literal('user'),
    pub: z.object({ allow: z.array(z.string()) }),
    payload: z.number().optional(),
    tags: z.array(z.string()).optional(),
  }),
});

/**
 * Reads the JWT of an agent's credential. Pure. Throws ORC_CREDS where it is none of this system's agents',
 * and ORC_CREDS_EXPIRED.
 *
 * @param account public key of the agents' account (`A…`)
 */
export function agentClaims(jwt: string, account: string, now: Date): AgentClaims {
  const [head = '', body = '', signature = ''] = jwt.split('.');
  const claims = claimsSchema.safeParse(jsonOf(body));
  const isOurs =
    claims.success &&
    claims.data.iss === account &&
    isSignedBy({ key: account, prefix: Prefix.Account }, `${head}.${body}`, signature);
  if (!isOurs) {
    throw new OrchestratorError('ORC_CREDS', 'This credential is of no agent of this system');
  }
  const { name, sub, iat, exp, nats } = claims.data;
  if (exp * 1000 <= now.getTime()) throw new OrchestratorError('ORC_CREDS_EXPIRED');
  const tag = nats.tags?.find((each) => each.startsWith(USER_TAG));
  return {
    agentId: name,
    // One that an earlier version minted does not say; most agents have one run.
    user: tag?.slice(USER_TAG.length) ?? name,
    publicKey: sub,
    issuedAt: new Date(iat * 1000),
    allow: nats.pub.allow,
    // NATS: -1 is no limit.
    maxPayload: nats.payload !== undefined && nats.payload > 0 ? nats.payload : undefined,
  };
}

/** Whether the holder of an agent's credential has signed a text (base64url). Pure; never throws. */
export const isSignedByAgent = (
  { publicKey }: AgentClaims,
  text: string,
  signature: string,
): boolean => isSignedBy({ key: publicKey, prefix: Prefix.User }, text, signature);

function jsonOf(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64url').toString());
  } catch {
    return undefined;
  }
}
