import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** `agent-` and 12 hex digits (design, "Subjects"). */
export const AGENT_ID = /^agent-[0-9a-f]{12}$/;

/**
 * What may stand between two dots of a subject when it comes from outside (a user id, a channel,
 * a call id): no dot, wildcard, space or control character, so no user text becomes a token.
 */
export const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

export const isAgentId = (text: string): boolean => AGENT_ID.test(text);

export const isToken = (text: string): boolean => TOKEN.test(text);

export const newAgentId = (): string => `agent-${randomBytes(6).toString('hex')}`;

/**
 * A fresh id for what an agent states: `agent-0123456789ab_answer-` and 22 characters (128 bits), so
 * that it fits behind a button of Telegram, too.
 */
export const agentEventId = (agentId: string, kind: string): string =>
  `${agentId}_${kind}-${randomBytes(16).toString('base64url')}`;

/**
 * May an agent state an event of this id? A token that begins with the agent's own: so no agent can
 * claim an id that another agent, or a service, has or will have.
 */
export const isAgentEventId = (agentId: string, id: string): boolean =>
  isToken(id) && id.startsWith(`${agentId}_`);

/** A fresh id for something that nobody could have asked for before, such as a typed message. */
export const newId = (prefix: string): string => `${prefix}-${randomUUID()}`;

/**
 * The same 12 hex digits for the same cause, always: what makes a repeat harmless.
 *
 * @example
 * derivedId('turn-', 'tg-4711-88'); // 'turn-' and 12 digits, today and after every restart
 */
export function derivedId(prefix: string, ...cause: string[]): string {
  const digest = createHash('sha256').update(cause.join('\0')).digest('hex');
  return `${prefix}${digest.slice(0, 12)}`;
}

/** Any text as a subject token: itself where it may be one, else derived from it. */
export const asToken = (text: string): string => (isToken(text) ? text : derivedId('x-', text));
