import { z } from 'zod';
import { AGENT_ID } from '../ids.ts';
import { instant, visibleName } from './parts.ts';

/**
 * What a token of the HTTP API may do: `read` looks; `chat` also sends messages and answers; `operate`
 * also does what the operator’s commands do; `admin` also makes and revokes tokens.
 */
export const SCOPES = ['read', 'chat', 'operate', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What is written of a token: `agent` speaks as one agent (`POST /tools/{tool}`), and does nothing else. */
export const TOKEN_SCOPES = [...SCOPES, 'agent'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** `tokens.<tokenId>.<name>`: what becomes of a token of the HTTP API. */
export const tokenEvents = {
  'token.created': z.object({
    /** What it is for. */
    name: visibleName.min(1).max(100),
    scope: z.enum(TOKEN_SCOPES),
    /** In whose name it speaks; of the scope `agent` alone. */
    agentId: z.string().regex(AGENT_ID).optional(),
    /** Of the whole token, hexadecimal: the token itself is kept nowhere. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    expiresAt: instant.optional(),
  }),
  'token.revoked': z.object({}),
};
