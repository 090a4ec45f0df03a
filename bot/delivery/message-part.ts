import type { ButtonData } from '../../schemas/events/delivery.ts';
import { type FormattedText, joined, plain } from '../text/formatted-text.ts';
import { formatMarkdown } from '../text/markdown.ts';
import { MAX_UNITS, splitText } from '../text/split-text.ts';

/** What one call brings to a chat. */
export type MessagePart = { buttons?: readonly ButtonData[] } & (
  | { kind: 'text'; text: FormattedText }
  | { kind: 'document'; name: string; bytes: Uint8Array; caption: FormattedText }
);

/** Kept free in every part, for the mark of one that is perhaps repeated. */
const RESERVE_UNITS = 96;

/** More parts than this are a document instead: nobody reads a flood of messages. */
const MAX_PARTS = 4;

const CAPTION_UNITS = 900;

export interface Spoken {
  /** Markdown. */
  text: string;
  /** Before the text, such as ❓. */
  lead?: string | undefined;
  buttons?: readonly ButtonData[] | undefined;
}

export interface SpokenFile {
  name: string;
  bytes: Uint8Array;
}

/** A file with its text as the caption, or after the text where that is too long for one. */
export function fileParts(spoken: Spoken, { name, bytes }: SpokenFile): MessagePart[] {
  const before = messageParts(spoken);
  const [only, ...others] = before;
  const document = { kind: 'document', name, bytes } as const;
  const isCaption = only?.kind === 'text' && others.length === 0;
  if (isCaption && only.text.text.length <= CAPTION_UNITS) {
    return [{ ...document, caption: only.text }];
  }
  return [...before, { ...document, caption: plain('') }];
}

/** A text as the messages that bring it: at least one, the buttons under the last. */
export function messageParts({ text, lead = '', buttons = [] }: Spoken): MessagePart[] {
  const limit = MAX_UNITS - RESERVE_UNITS;
  const tooLong = text.length > (MAX_PARTS + 1) * MAX_UNITS;
  const parts = tooLong ? [] : splitText(joined([plain(lead), formatMarkdown(text)]), limit);
  if (tooLong || parts.length > MAX_PARTS) return [asDocument(text, lead, buttons)];
  // Telegram takes no message without a visible character.
  const shown = parts.length > 0 ? parts : [plain(`${lead}␣`)];
  return shown.map((part, index) => ({
    kind: 'text',
    text: part,
    ...(index === shown.length - 1 && buttons.length > 0 && { buttons }),
  }));
}

function asDocument(text: string, lead: string, buttons: readonly ButtonData[]): MessagePart {
  const beginning = text
    .trim()
    .slice(0, CAPTION_UNITS)
    .toWellFormed()
    .replace(/\u{fffd}$/u, '');
  return {
    kind: 'document',
    name: 'answer.md',
    bytes: new TextEncoder().encode(text),
    caption: plain(`${lead}${beginning}…`),
    ...(buttons.length > 0 && { buttons }),
  };
}
