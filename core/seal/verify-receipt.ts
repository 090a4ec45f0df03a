import { OrchestratorError } from '../../schemas/errors.ts';
import { type Receipt, receipt } from '../../schemas/receipt.ts';
import type { StatedSeal } from '../../schemas/seal.ts';
import { foundMessage } from '../log/last.ts';
import { rootByPath } from './merkle.ts';
import { claimText, leafOfStep, receiptText, recordOfStep, stepOf } from './receipt-text.ts';
import { isSigned, sealHash, wrongSeal } from './sign-seal.ts';

/**
 * Reads a receipt and proves it, without a server: every signature, every seal, and each step in its place. Pure. Throws
 * ORC_RECEIPT with the first thing that does not hold.
 *
 * @param bytes the whole file: a receipt that says the same in other bytes is refused as well
 * @param key by which it must be signed; any without
 */
export function verifyReceipt(bytes: Uint8Array, key?: string): Receipt {
  const of = readReceipt(bytes);
  if (key !== undefined && of.key !== key) throw wrong(`it is by the key ${of.key}`);
  const { log, signature } = of;
  const seals = of.seals.map((seal): StatedSeal => ({ ...seal, log, key: of.key }));
  for (const [at, seal] of seals.entries()) refuse(wrongSeal(seal, seals[at - 1]));
  for (const [at, step] of of.steps.entries()) {
    const before = of.steps[at - 1]?.sequence ?? 0;
    if (step.sequence <= before) throw wrong(`event ${step.sequence} stands behind ${before}`);
    refuse(wrongStep(step, seals));
  }
  const [first, last] = [seals[0], seals.at(-1)];
  const ends = [of.steps[0], of.steps.at(-1)];
  if (!isIn(first, ends[0]) || !isIn(last, ends[1])) throw wrong('a seal has none of its steps');
  const hash = last === undefined ? '' : sealHash(last);
  if (!isSigned(claimText(of, hash), signature, of.key)) throw wrong('it is not signed by its key');
  if (!of.steps.some((step) => isMessage(step, of))) throw wrong('its message is no step of it');
  return of;
}

type Step = Receipt['steps'][number];

const isIn = (seal: StatedSeal | undefined, step: Step | undefined): boolean =>
  seal !== undefined &&
  step !== undefined &&
  step.sequence >= seal.from &&
  step.sequence <= seal.to;

function wrongStep(step: Step, seals: readonly StatedSeal[]): string | undefined {
  const { sequence, salt, path } = step;
  const seal = seals.find((each) => isIn(each, step));
  if (seal === undefined) return `event ${sequence} is in none of its seals`;
  const siblings = path.map((each) => Buffer.from(each, 'hex'));
  const written = stepOf(recordOfStep(step), Buffer.from(salt, 'hex'), siblings);
  if (JSON.stringify(written) !== JSON.stringify(step)) {
    return `event ${sequence} is written otherwise than a receipt writes it`;
  }
  const { from, to, root, number } = seal;
  const found = rootByPath(leafOfStep(step), sequence - from, to - from + 1, siblings);
  if (found?.toString('hex') === root) return undefined;
  return `event ${sequence} is not what stood there when seal ${number} was made`;
}

function isMessage(step: Step, { agentId, messageId }: Receipt): boolean {
  if (step.subject !== `agents.${agentId}.command.send`) return false;
  return foundMessage(recordOfStep(step)).header('ce-id') === messageId;
}

function readReceipt(bytes: Uint8Array): Receipt {
  const text = Buffer.from(bytes).toString();
  const parsed = receipt.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw wrong(`${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'no receipt'}`);
  }
  if (!Buffer.from(receiptText(parsed.data)).equals(bytes)) {
    throw wrong('the file is not written as a receipt is');
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw wrong('it is no JSON', cause);
  }
}

function refuse(why: string | undefined): void {
  if (why !== undefined) throw wrong(why);
}

const wrong = (why: string, cause?: unknown): OrchestratorError =>
  new OrchestratorError('ORC_RECEIPT', `The receipt does not hold: ${why}`, { cause });
