import { z } from 'zod';
import { messageSource } from './message-source.ts';
import { agentId, person, token, visibleName } from './parts.ts';

/**
 * A piece of one thing that a person did and that the channel brings in several messages: an album, a
 * text that was too long for one, a bundle of forwarded messages.
 */
const fragment = z.object({
  /** Of which kind of thing it is a piece; pieces of one album bear its id. */
  of: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('album'), id: token }),
    z.object({ kind: z.literal('text') }),
    z.object({ kind: z.literal('forwards') }),
  ]),
  /** Who wrote it, which in a group is not the person that the events are of. */
  by: token,
  /** The topic of the chat, where it is a forum. */
  thread: token.optional(),
  /** Markdown; empty where it is a file and no more, or where nobody said that it is for the bot. */
  text: z.string(),
  /** Whether it says itself that it is for the bot. */
  addressed: z.boolean(),
  /** Characters (UTF-16) of the message as it was written. */
  length: z.int().nonnegative(),
  /** Files by which the channel gives them out. */
  files: z.array(z.object({ fileId: z.string(), name: z.string(), size: z.int().optional() })),
  /** The question that it answers, and the agent that asked. */
  answers: z.object({ questionId: z.string(), agentId }).optional(),
  source: messageSource,
});
export type Fragment = z.infer<typeof fragment>;

/** `users.<channel>.<userId>.<name>`. */
export const userEvents = {
  'user.agent-assigned': z.object({ agentId }),
  'user.agent-released': z.object({ agentId, reason: z.string() }),
  /** An admin lets this person (or group) talk. */
  'user.allowed': z.object({ by: person.optional() }),
  'user.denied': z.object({ by: person.optional() }),
  /** New agents begin in this project; without one in none. */
  'user.project-chosen': z.object({ projectId: token.optional() }),
  /** What a message does while the agent works. */
  'user.mode-chosen': z.object({ mode: z.enum(['join', 'wait', 'interrupt']) }),
  /** The event's id is its type, a colon and the id of the fragment. */
  'user.fragment-heard': fragment,
  /** They have become one message, or none where nobody meant the bot. */
  'user.fragments-joined': z.object({
    fragments: z.array(z.string()),
    commandId: z.string().optional(),
  }),
  /** The channel knows this chat by another id from here on. */
  'user.moved': z.object({ to: token }),
  /** How the channel calls a person, and the person's language (IETF tag). */
  'user.introduced': z.object({ name: visibleName, language: z.string().optional() }),
};
