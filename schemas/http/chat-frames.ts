import { z } from 'zod';
import { MAX_TEXT } from '../limits.ts';
import { MESSAGE_MODES } from '../message-mode.ts';
import { problem } from './problem.ts';

/** The caller's own id, as `Idempotency-Key` is: what comes again under it is done once. */
const ownId = z.string().min(1).max(256);
const text = z.string().min(1).max(MAX_TEXT);

/** What a client of `/agents/{agent}/chat` may send, each as a text frame of JSON. */
export const chatRequest = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('message'),
    id: ownId,
    text,
    mode: z.enum(MESSAGE_MODES).optional(),
  }),
  /** The answer to a question; without an id, the same answer to it is the same. */
  z.strictObject({ type: z.literal('answer'), id: ownId.optional(), questionId: z.string(), text }),
  z.strictObject({ type: z.literal('interrupt'), id: ownId.optional() }),
]);
export type ChatRequest = z.infer<typeof chatRequest>;

/** What is told of the talk, as `GET /agents/{agent}/conversation` has it. */
const HAPPENINGS = [
  'answer',
  'question',
  'progress',
  'agent-ready',
  'agent-resumed',
  'home-due',
  'turn-started',
  'turn-ended',
  'turn-failed',
  'rejected',
  'agent-ended',
] as const;

/** What the server sends. `sequence` is the place in the log: `?after=` goes on behind it. */
export const chatFrame = z.union([
  /** The first: whose talk it is, and behind which place it is told. */
  z.object({ type: z.literal('open'), agentId: z.string(), sequence: z.int() }),
  /** What the client sent is stored. */
  z.object({
    type: z.literal('stored'),
    id: ownId.optional(),
    commandId: z.string(),
    sequence: z.int(),
  }),
  /** What the client sent is not done; or, with ORC_SLOW_READER, nothing more is told here. */
  z.object({ type: z.literal('error'), id: ownId.optional(), problem }),
  z.looseObject({ type: z.enum(HAPPENINGS), agentId: z.string(), sequence: z.int() }),
]);
export type ChatFrame = z.infer<typeof chatFrame>;
