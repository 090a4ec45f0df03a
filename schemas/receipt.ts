import { z } from 'zod';
import { logName, seal, sealKeyText, sha256Hex, signatureText } from './seal.ts';

export const RECEIPT_FORMAT = 'orchestrator-receipt-1';

/** A message of EVENTS byte for byte, and its place in the tree of its seal. Bytes that are no UTF-8 are in Base64. */
const receiptStep = z.strictObject({
  sequence: z.int().positive(),
  /** When the broker stored it, as it says it. */
  time: z.string(),
  subject: z.string(),
  headers: z.string().optional(),
  headersBase64: z.base64().optional(),
  data: z.string().optional(),
  dataBase64: z.base64().optional(),
  /** Without it nobody can guess a message from its leaf: 16 bytes, hexadecimal. */
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  /** What the leaf is hashed with on the way to the root, from below. */
  path: z.array(sha256Hex).max(64),
});
export type ReceiptStep = z.infer<typeof receiptStep>;

/**
 * What proves without a server what became of a message. Fields are in this order in the file, which is JSON with one space
 * of indentation and a line break at its end: no other bytes say the same.
 */
export const receipt = z.strictObject({
  format: z.literal(RECEIPT_FORMAT),
  log: logName,
  /** The public key that every signature in it is by. */
  key: sealKeyText,
  messageId: z.string(),
  agentId: z.string(),
  issuedAt: z.iso.datetime({ precision: 3 }),
  /** In the order of the log. */
  steps: z.array(receiptStep).min(1),
  /** All from the one that the first step is in to the one that the last is in. */
  seals: z.array(seal).min(1),
  /** That these are all steps that the log has of the message. */
  signature: signatureText,
});
export type Receipt = z.infer<typeof receipt>;
