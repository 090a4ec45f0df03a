import { foundMessage } from '../../core/log/last.ts';
import { recordOfStep } from '../../core/seal/receipt-text.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { visibleLine } from '../../schemas/visible-text.ts';

/** What a receipt proves, a line for each step. Pure. */
export function receiptLines(of: Receipt): string {
  const { messageId, agentId, issuedAt, key, steps, seals } = of;
  const sealed = seals.at(-1)?.sealedAt ?? issuedAt;
  const head = `message ${messageId} to ${agentId}: ${steps.length} steps, sealed by ${sealed}, by the key ${key}`;
  return [head, ...steps.map(stepLine)].map((line) => `${visibleLine(line)}\n`).join('');
}

function stepLine(step: Receipt['steps'][number]): string {
  const message = foundMessage(recordOfStep(step));
  const parsed = parseEvent(message);
  const type = message.header('ce-type') ?? step.subject;
  const told = parsed.kind === 'event' ? toldBy(parsed.event.data) : '';
  return `  ${step.sequence}  ${message.time.toISOString()}  ${type}${told === '' ? '' : `  ${told}`}`;
}

/** What people look for in a step: what was said, which files went with it, as what it was received. */
function toldBy(data: object): string {
  const { text, files, messageId } = data as {
    // Whatever event it is: these names mean the same in all of them.
    text?: unknown;
    files?: unknown;
    messageId?: unknown;
  };
  const told = [
    ...(typeof text === 'string' ? [JSON.stringify(text)] : []),
    ...(Array.isArray(files) ? files.map(fileLine) : []),
    ...(typeof messageId === 'string' ? [`received as ${messageId}`] : []),
  ];
  return told.join('  ');
}

const fileLine = ({ name, sha256 }: { name?: unknown; sha256?: unknown }): string =>
  `${name} (SHA-256 ${sha256})`;
