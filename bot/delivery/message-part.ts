import type { ButtonData, CallPiece } from '../../schemas/events/delivery.ts';
import { type FormattedText, joined, plain, spelledOut } from '../text/formatted-text.ts';
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

/** Where there can be no document there are more of them. */
const MAX_PARTS_WITHOUT_FILE = 40;

const CAPTION_UNITS = 900;

/** Zero-width characters, controls and blanks alone are an empty message to Telegram. */
const VISIBLE = /[^\s\p{C}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]/u;

export interface Spoken {
  /** Markdown. */
  text: string;
  /** Before the text, such as ❓. */
  lead?: string | undefined;
  buttons?: readonly ButtonData[] | undefined;
  /** What the buttons stand for, in full: the text has them where there are no buttons. */
  choices?: readonly string[] | undefined;
}

export interface SpokenFile {
  name: string;
  bytes: Uint8Array;
}

/** How parts are made of what is said. */
export interface PartsOptions {
  /** What Telegram has refused: buttons become words, and a document messages. */
  without?: readonly CallPiece[];
  /** The Markdown as it was written: it could not be formatted. */
  isRaw?: boolean;
}

/** A file with its text as the caption, or after the text where that is too long for one. */
export function fileParts(
  spoken: Spoken,
  { name, bytes }: SpokenFile,
  options: PartsOptions = {},
): MessagePart[] {
  const before = messageParts(spoken, options);
  const [only, ...others] = before;
  const document = { kind: 'document', name, bytes } as const;
  // Without entities a link's address needs room that a caption may not have.
  const isCaption =
    only?.kind === 'text' && others.length === 0 && !options.without?.includes('entities');
  if (isCaption && only.text.text.length <= CAPTION_UNITS) {
    return [{ ...document, caption: only.text }];
  }
  return [...before, { ...document, caption: plain('') }];
}

/** A text as the messages that bring it: at least one, the buttons under the last. */
export function messageParts(spoken: Spoken, options: PartsOptions = {}): MessagePart[] {
  const { without = [], isRaw = false } = options;
  const { lead = '' } = spoken;
  const buttons = without.includes('buttons') ? [] : (spoken.buttons ?? []);
  const text = buttons.length > 0 ? spoken.text : withChoices(spoken);
  const format = (markdown: string) =>
    joined([plain(lead), isRaw ? plain(markdown.toWellFormed()) : formatMarkdown(markdown)]);
  const texts = without.includes('file') ? cutOff(text, format) : fewTexts(text, format);
  if (texts === undefined) return [asDocument(text, lead, buttons)];
  const isSeen = texts.some((each) => VISIBLE.test(each.text));
  const shown = isSeen ? texts : [plain(`${lead}␣`)];
  return shown.map((part, index) => ({
    kind: 'text',
    text: part,
    ...(index === shown.length - 1 && buttons.length > 0 && { buttons }),
  }));
}

type Format = (markdown: string) => FormattedText;

const LIMIT = MAX_UNITS - RESERVE_UNITS;

/** Undefined where there are too many of them. */
function fewTexts(text: string, format: Format): FormattedText[] | undefined {
  if (text.length > (MAX_PARTS + 1) * MAX_UNITS) return undefined;
  const texts = splitText(format(text), LIMIT);
  return texts.length > MAX_PARTS ? undefined : texts;
}

/** As many as there may be, and how many characters are left out then. */
function cutOff(text: string, format: Format): FormattedText[] {
  const most = MAX_PARTS_WITHOUT_FILE * LIMIT;
  const texts = splitText(format(text.slice(0, most)), LIMIT).slice(0, MAX_PARTS_WITHOUT_FILE);
  return text.length > most ? [...texts, plain(`✂ … +${text.length - most}`)] : texts;
}

/** A part that is no more than its words: links are spelled out, as a file where they do not fit. */
export function withoutEntities(part: MessagePart): MessagePart {
  if (part.kind === 'document') return { ...part, caption: plain(part.caption.text) };
  const text = spelledOut(part.text);
  if (text.length <= LIMIT) return { ...part, text: plain(text) };
  return asDocument(text, '', part.buttons ?? []);
}

const withChoices = ({ text, choices = [] }: Spoken): string =>
  `${text}${choices.map((choice) => `\n- ${choice}`).join('')}`;

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
