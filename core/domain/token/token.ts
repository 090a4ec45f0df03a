import type { StoredEvent } from '../../../schemas/event.ts';
import type { TokenScope } from '../../../schemas/events/token.ts';
import { parseSubject } from '../../../schemas/subjects.ts';

/** A token of the HTTP API, as the log tells it. */
export interface TokenState {
  id: string;
  name: string;
  scope: TokenScope;
  /** In whose name it speaks, where its scope is `agent`. */
  agentId?: string;
  /** Of the token, hexadecimal. */
  sha256: string;
  createdAt: string;
  expiresAt?: string;
  revokedAt?: string;
}

/** The tokens after an event; they are changed in place. One that was revoked stays so. */
export function foldToken(tokens: Map<string, TokenState>, event: StoredEvent): void {
  const address = parseSubject(event.subject);
  if (address?.family !== 'token') return;
  const id = address.tokenId;
  const known = tokens.get(id);
  if (event.type === 'token.created' && known === undefined) {
    const { expiresAt, agentId, ...data } = event.data;
    const more = {
      ...(expiresAt !== undefined && { expiresAt }),
      ...(agentId !== undefined && { agentId }),
    };
    tokens.set(id, { id, ...data, createdAt: event.time, ...more });
  }
  if (event.type === 'token.revoked' && known !== undefined && known.revokedAt === undefined) {
    tokens.set(id, { ...known, revokedAt: event.time });
  }
}

/** Whether it opens anything at this moment. */
export const isValid = ({ revokedAt, expiresAt }: TokenState, now: Date): boolean =>
  revokedAt === undefined && (expiresAt === undefined || new Date(expiresAt) > now);
