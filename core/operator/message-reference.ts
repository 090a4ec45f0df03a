import { OrchestratorError } from '../../schemas/errors.ts';
import { isToken } from '../../schemas/ids.ts';

/** A message, or something that came of it, as a person points at it. */
export type MessageReference =
  /** A sequence of the log, or the number of an update of Telegram. */
  | { kind: 'number'; number: number }
  /** Of a message, a turn, an answer, a call, a job, a delivery, or any event. */
  | { kind: 'id'; id: string }
  /** A message of a chat of Telegram, by anybody; `chat` unknown where its address has a name in its place. */
  | { kind: 'telegram'; chat?: string; message: string };

/**
 * What a person types or copies: a number, an id, `telegram/<chat>/<message>`, or the link of a message
 * (https://core.telegram.org/api/links#message-links). Pure. Throws ORC_USAGE.
 */
export function messageReference(text: string): MessageReference {
  if (/^\d{1,15}$/.test(text)) return { kind: 'number', number: Number(text) };
  const link = telegramMessage(text);
  if (link !== undefined) return link;
  if (text !== '' && text.split(/[:.]/).every(isToken)) return { kind: 'id', id: text };
  const what = `${JSON.stringify(text)} is no id, no number, and no link of a message`;
  throw new OrchestratorError('ORC_USAGE', what, {
    cure: 'Name a message, an update, a turn or an answer by its id, or copy the link of a message.',
  });
}

/** A private group is named by its own number, which the bot knows with `-100` before it. */
const PRIVATE = /^(?:https?:\/\/)?(?:t|telegram)\.me\/c\/(\d+)\/(?:\d+\/)?(\d+)(?:\?.*)?$/;
const PUBLIC = /^(?:https?:\/\/)?(?:t|telegram)\.me\/[A-Za-z]\w{3,}\/(?:\d+\/)?(\d+)(?:\?.*)?$/;
const OWN = /^telegram\/(-?\d+)\/(\d+)$/;

function telegramMessage(text: string): MessageReference | undefined {
  const [, group, inGroup] = PRIVATE.exec(text) ?? [];
  if (group !== undefined && inGroup !== undefined) {
    return { kind: 'telegram', chat: `-100${group}`, message: inGroup };
  }
  const [, chat, inChat] = OWN.exec(text) ?? [];
  if (chat !== undefined && inChat !== undefined)
    return { kind: 'telegram', chat, message: inChat };
  const [, inPublic] = PUBLIC.exec(text) ?? [];
  return inPublic === undefined ? undefined : { kind: 'telegram', message: inPublic };
}
