import { createHash, randomBytes } from 'node:crypto';
import { dataProblem } from '../../schemas/data-problem.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { Scope } from '../../schemas/events/token.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { TOKENS_FILTER } from '../../schemas/subjects.ts';
import { foldToken, type TokenState } from '../domain/token/token.ts';
import { appendError } from '../log/append-result.ts';
import type { EventLog } from '../log/event-log.ts';

/** A token as people see it. */
export type TokenView = Omit<TokenState, 'sha256'>;

/** What a token may do: a scope, or one agent to speak as. */
export type TokenRight = { scope: Scope } | { agentId: string };

export type TokenWanted = TokenRight & {
  /** What it is for. */
  name: string;
  /** How long it opens anything, milliseconds; until it is revoked without. */
  ttlMs?: number | undefined;
};

const SECRET_BYTES = 32;

/** SHA-256, hexadecimal: a token has 256 random bits, so nothing slower is needed. */
export const tokenHash = (token: string): string =>
  createHash('sha256').update(token).digest('hex');

/** The id of a token that has the form of ours: `orc_<id>_<secret>`. */
export const tokenIdOf = (token: string): string | undefined =>
  /^orc_(tok-[0-9a-f]{12})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1];

/**
 * Makes a token of the HTTP API; it is told here and never again. Throws ORC_USAGE for a name that is
 * none, and what an append can fail with.
 */
export async function createToken(
  log: EventLog,
  { name, ttlMs, ...right }: TokenWanted,
): Promise<TokenView & { token: string }> {
  const id = `tok-${randomBytes(6).toString('hex')}`;
  const token = `orc_${id}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const now = new Date();
  const expires = ttlMs !== undefined && {
    expiresAt: new Date(now.getTime() + ttlMs).toISOString(),
  };
  const may = 'agentId' in right ? ({ scope: 'agent', agentId: right.agentId } as const) : right;
  const data = { name, ...may, sha256: tokenHash(token), ...expires };
  const problem = dataProblem('token.created', data);
  if (problem !== undefined) throw new OrchestratorError('ORC_USAGE', `token create: ${problem}`);
  await append(log, newEvent('token.created', { tokenId: id }, data, meta(`created:${id}`, now)));
  return { id, name, ...may, createdAt: now.toISOString(), ...expires, token };
}

/** Every token that ever was, the first first. */
export async function listTokens(log: EventLog): Promise<TokenView[]> {
  const tokens = new Map<string, TokenState>();
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: TOKENS_FILTER } as const;
  for await (const message of log.read(range)) {
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') foldToken(tokens, parsed.event);
  }
  return [...tokens.values()].map(({ sha256: _, ...shown }) => shown);
}

/** From here on it opens nothing. Throws ORC_TOKEN_NOT_FOUND, and what an append can fail with. */
export async function revokeToken(log: EventLog, id: string): Promise<TokenView> {
  const known = (await listTokens(log)).find((token) => token.id === id);
  if (known === undefined) {
    throw new OrchestratorError('ORC_TOKEN_NOT_FOUND', `There is no token ${JSON.stringify(id)}`);
  }
  if (known.revokedAt !== undefined) return known;
  const now = new Date();
  await append(log, newEvent('token.revoked', { tokenId: id }, {}, meta(`revoked:${id}`, now)));
  return { ...known, revokedAt: now.toISOString() };
}

const meta = (id: string, now: Date) => ({
  id: `token.${id}`,
  source: 'orchestrator/operator',
  now,
});

async function append(log: EventLog, event: NewEvent): Promise<void> {
  const result = await log.append(event);
  if (!result.ok) throw appendError(result);
}
