import { OrchestratorError } from '../../schemas/errors.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { RECEIPT_FORMAT, type Receipt, type ReceiptStep } from '../../schemas/receipt.ts';
import type { StatedSeal } from '../../schemas/seal.ts';
import { type Waterfall, waterfallOf } from '../conversation/waterfall.ts';
import { logIdentity } from '../log/archive-catalogue.ts';
import type { LogConnection } from '../log/connection.ts';
import type { EventLog } from '../log/event-log.ts';
import { eventsOfMessage } from '../operator/events-of-message.ts';
import { messageReference } from '../operator/message-reference.ts';
import { referredEvent } from '../operator/referred-event.ts';
import { assertSealed } from './assert-sealed.ts';
import { saltAt } from './leaf-hash.ts';
import { pathOf } from './merkle.ts';
import { claimText, stepOf } from './receipt-text.ts';
import { sealKey } from './seal-key.ts';
import { sealLog } from './seal-log.ts';
import { findSeal, readSeals, type SaltedSeal } from './seal-store.ts';
import { bareSeal, sealHash, signText } from './sign-seal.ts';

/** A receipt, and what it tells of the message. */
export interface IssuedReceipt {
  receipt: Receipt;
  outcome: Waterfall['outcome'];
}

/**
 * What proves what became of the message that somebody points at, as of the log's end at the call, which is sealed first.
 * Throws as `timelineOf`, {@link sealLog} and {@link assertSealed} do.
 */
export async function makeReceipt(
  log: EventLog,
  text: string,
  now: Date,
  signal?: AbortSignal,
): Promise<IssuedReceipt> {
  const { connection } = log;
  const sequence = await referredEvent(log, messageReference(text), signal);
  const { agentId, message, events } = await eventsOfMessage(log, sequence, signal);
  const { outcome } = waterfallOf(agentId, message, events);
  await sealLog(connection, { signal });
  const places = [...new Set([message, ...events].map((event: StoredEvent) => event.sequence))];
  const { steps, seals } = await sealedSteps(
    connection,
    places.sort((a, b) => a - b),
    signal,
  );
  const last = seals.at(-1);
  if (last === undefined) throw new OrchestratorError('ORC_SEALS', 'The message is not sealed');
  const { secret, key } = await sealKey(connection.nc);
  const claim = {
    format: RECEIPT_FORMAT,
    log: last.log,
    key,
    messageId: message.id,
    agentId,
    issuedAt: now.toISOString(),
    steps,
  } as const;
  const signature = signText(claimText(claim, sealHash(last)), secret);
  return { receipt: { ...claim, seals: seals.map(bareSeal), signature }, outcome };
}

/** The messages at places of the log, in order, each with its way to the root of its seal; and those seals. */
async function sealedSteps(
  connection: LogConnection,
  places: readonly number[],
  signal: AbortSignal | undefined,
): Promise<{ steps: ReceiptStep[]; seals: StatedSeal[] }> {
  const log = await logIdentity(connection.nc);
  const [first = 1, last = first] = [places[0], places.at(-1)];
  const steps: ReceiptStep[] = [];
  const seals: StatedSeal[] = [];
  const number = await sealOfPlace(connection, log, first);
  for await (const salted of readSeals(connection, log, number, signal)) {
    const { seal, from, to } = salted;
    const own = places.filter((place) => place >= from && place <= to);
    seals.push(seal);
    if (own.length > 0) steps.push(...(await stepsOf(connection, salted, own, signal)));
    if (to >= last) break;
  }
  return { steps, seals };
}

async function stepsOf(
  connection: LogConnection,
  salted: SaltedSeal,
  places: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ReceiptStep[]> {
  const { leaves, records } = await assertSealed(connection, salted, signal);
  return records
    .filter(({ sequence }) => places.includes(sequence))
    .map((record) => {
      const path = pathOf(leaves, record.sequence - salted.from);
      return stepOf(record, saltAt(salted, record.sequence), path);
    });
}

/** The number of the seal that a place is in: seals follow each other, so it is looked for by halves. */
async function sealOfPlace({ nc }: LogConnection, log: string, place: number): Promise<number> {
  let [low, high] = [1, (await findSeal(nc, log))?.seal.number ?? 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = await findSeal(nc, log, middle);
    if (found !== undefined && found.seal.to < place) low = middle + 1;
    else high = middle;
  }
  return low;
}
