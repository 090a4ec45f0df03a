import { type Receipt, type ReceiptStep, receipt } from '../../schemas/receipt.ts';
import type { StoredRecord } from '../log/last.ts';
import { segmentRecord } from '../log/segment-text.ts';
import { leafHash } from './leaf-hash.ts';

/** A receipt as its file has it. Pure. */
export const receiptText = (of: Receipt): string =>
  `${JSON.stringify(receipt.parse(of), undefined, 1)}\n`;

/** A file name of it: of the message's id, whatever that is, what is no letter, digit, dash or underscore becomes one. Pure. */
export const receiptName = ({ messageId }: Pick<Receipt, 'messageId'>): string =>
  `receipt-${messageId.replaceAll(/[^\w-]/g, '_').slice(0, 100)}.json`;

/** The message of a step. Pure. */
export const recordOfStep = ({ salt: _, path: _path, ...line }: ReceiptStep): StoredRecord =>
  segmentRecord.read(line);

/** A message as a step of a receipt. Pure. */
export const stepOf = (
  record: StoredRecord,
  salt: Buffer,
  path: readonly Buffer[],
): ReceiptStep => ({
  ...segmentRecord.write(record),
  salt: salt.toString('hex'),
  path: path.map((each) => each.toString('hex')),
});

/** The leaf of a step. Pure. */
export const leafOfStep = (step: ReceiptStep): Buffer =>
  leafHash(recordOfStep(step), Buffer.from(step.salt, 'hex'));

type Unsigned = Omit<Receipt, 'signature' | 'seals'>;

/**
 * What is signed of a receipt: whose it is, every step, and the seal that the last one is in. Pure.
 *
 * @param lastSeal hash of that seal
 */
export const claimText = (of: Unsigned, lastSeal: string): string =>
  [
    of.format,
    `log ${of.log}`,
    `key ${of.key}`,
    `message ${JSON.stringify(of.messageId)}`,
    `agent ${JSON.stringify(of.agentId)}`,
    `issuedAt ${of.issuedAt}`,
    ...of.steps.map((step) => `step ${step.sequence} ${leafOfStep(step).toString('hex')}`),
    `seal ${lastSeal}`,
  ].join('\n');
