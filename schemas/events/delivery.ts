import { z } from 'zod';
import { agentId, token } from './parts.ts';

const part = z.int().nonnegative();

/** What a call may be made without, where the channel refuses it: the rest is brought all the same. */
export const callPiece = z.enum(['entities', 'buttons', 'file', 'thread']);
export type CallPiece = z.infer<typeof callPiece>;

/** A button under a message: what it says, and what its press brings back (64 bytes at most). */
export const button = z.object({ text: z.string().min(1), data: z.string().min(1) });
export type ButtonData = z.infer<typeof button>;

/**
 * `deliveries.<channel>.<deliveryId>.<name>`: the ledger of what a channel did with a response. The
 * delivery's id is the response's id; a notice of the channel itself has one of its own.
 */
export const deliveryEvents = {
  'delivery.requested': z.object({
    chatId: token,
    /** Where in the chat: a topic of a forum. */
    thread: token.optional(),
    agentId: agentId.optional(),
    /** The event whose content is delivered: its place in the log. */
    sequence: z.int().positive().optional(),
    /** Markdown that the channel itself says, where there is no such event. */
    text: z.string().min(1).optional(),
    buttons: z.array(button).optional(),
    /** The delivery that came to nothing, or perhaps did, and that an operator has had sent again by this one. */
    insteadOf: token.optional(),
    /** That one may have been taken: this goes out marked as perhaps repeated. */
    perhaps: z.literal(true).optional(),
  }),
  /** Stated before the call: after a crash it is known that it may have happened. */
  'delivery.attempted': z.object({ part, parts: z.int().positive(), attempt: z.int().positive() }),
  /** The channel has taken a part; with the last one the delivery is done. */
  'delivery.confirmed': z.object({ part, parts: z.int().positive(), messageId: z.string() }),
  /** Nobody knows whether the channel has taken it: sent again, marked as perhaps repeated. */
  'delivery.ambiguous': z.object({ part, reason: z.string() }),
  /** The channel has not taken it. `again`: tried again; else given up, for the operator to see. */
  'delivery.failed': z.object({
    part,
    code: z.int(),
    reason: z.string(),
    again: z.boolean(),
    /** Refused with these: tried again without them. */
    without: z.array(callPiece).optional(),
  }),
  /** An operator knows that the chat has it, whatever was stated before: nothing more is sent. */
  'delivery.arrived': z.object({}),
  /** Which question a message of the channel (`deliveries.<channel>.<chat>_<message>`) shows. */
  'delivery.shown': z.object({ questionId: z.string() }),
  /** Everything that was requested up to this place is confirmed or given up: a reader begins here. */
  'delivery.settled': z.object({ through: z.int().nonnegative() }),
};
