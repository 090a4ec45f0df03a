import { derivedId, isAgentEventId } from '../../schemas/ids.ts';

/*
 * The names under which the ledger keeps things. Each kind has a space of its own that is told by how
 * it begins: `agent-`, `event_`, `notice_`, a chat's digits, `bookmark`. An agent chooses nothing but
 * what comes behind its own id in the first, so it can stand in no other's way.
 */

/**
 * The delivery of what an event of an agent says: the response's own id, which begins with the
 * agent's (a button and a reply find the question by it), and for what services state of the agent
 * one that is derived from both.
 */
export const deliveryIdOf = (agentId: string, eventId: string): string =>
  isAgentEventId(agentId, eventId) ? eventId : derivedId(`event_${agentId}_`, eventId);

/** What the channel itself says, once for its cause (an update) and a name. */
export const noticeIdOf = (causeId: string, name: string): string => `notice_${causeId}_${name}`;

/** The one message of a job in its chat. */
export const jobMessageId = (jobId: string): string => noticeIdOf(jobId, 'job');

/** What is said instead of a delivery that was given up. */
export const apologyIdOf = (deliveryId: string): string =>
  derivedId('notice_not-shown_', deliveryId);

export const isNoticeId = (deliveryId: string): boolean => deliveryId.startsWith('notice_');

/** A message of a chat: what it shows. */
export const shownId = (chatId: string, messageId: string): string => `${chatId}_${messageId}`;

/** Up to where everything is settled. */
export const BOOKMARK = 'bookmark';
