import type { MarkedToken, Token, Tokens } from 'marked';
import { lexMarkdown } from './agent-markdown.ts';
import { type FormattedText, joined, plain, spelledOut, styled } from './formatted-text.ts';
import { withRealAddresses } from './real-addresses.ts';
import { textTable } from './text-table.ts';

/**
 * What an agent writes (Markdown, as all of them do) as text with entities. Nothing is dropped:
 * what Telegram has no form for (tables, images, HTML, definitions) is there as text. A link that
 * looks like another address shows its own. Never throws.
 */
export function formatMarkdown(markdown: string): FormattedText {
  // Telegram refuses what is not Unicode.
  const text = markdown.toWellFormed().replaceAll('\0', '\u{fffd}');
  try {
    return withRealAddresses(blocks(lexMarkdown(text)));
  } catch {
    // So many quotes within each other that the stack is at its end: nobody reads that as Markdown.
    return plain(text);
  }
}

function blocks(tokens: readonly Token[]): FormattedText {
  let result = plain('');
  let gap = '';
  for (const token of tokens) {
    // A blank line between two blocks is one here too; without one they follow each other.
    if (token.type === 'space') gap = '\n\n';
    else {
      const piece = block(asMarked(token));
      if (piece.text === '') continue;
      result = result.text === '' ? piece : joined([result, piece], gap || '\n');
      gap = /\n\s*\n\s*$/.test(token.raw) ? '\n\n' : '';
    }
  }
  return result;
}

/** No extension is installed, so every token is one of marked's own. */
const asMarked = (token: Token): MarkedToken => token as MarkedToken;

function block(token: MarkedToken): FormattedText {
  switch (token.type) {
    case 'heading':
      return styled(inline(token.tokens), { type: 'bold' });
    case 'paragraph':
      return inline(token.tokens);
    case 'code':
      return codeBlock(token);
    case 'blockquote':
      return styled(withoutQuotes(blocks(token.tokens)), { type: 'blockquote' });
    case 'list':
      return list(token);
    case 'table':
      return table(token);
    case 'hr':
      return plain('———');
    case 'html':
    case 'def':
      return plain(token.raw.trimEnd());
    default:
      return inlineToken(token);
  }
}

function codeBlock({ text, lang = '' }: Tokens.Code): FormattedText {
  const language = lang.trim();
  return styled(plain(text === '' ? language : text), {
    type: 'pre',
    ...(language !== '' && text !== '' && { language }),
  });
}

/** Telegram has no quotation within a quotation. */
const withoutQuotes = ({ text, entities }: FormattedText): FormattedText => ({
  text,
  entities: entities.filter(({ type }) => type !== 'blockquote'),
});

function list({ items, ordered, start, loose }: Tokens.List): FormattedText {
  const written = items.map(({ raw }) => Number(/^\s*(\d+)/.exec(raw)?.[1] ?? Number.NaN));
  // Some write `1.` before each; else the numbers are what is talked about.
  const isCounted = written.every((number) => number === written[0]);
  const first = start === '' ? 1 : start;
  const lines = items.map((item, index) => {
    const number = isCounted ? first + index : (written[index] ?? first + index);
    const bullet = item.raw.trimStart().startsWith('+') ? '+' : '•';
    const mark = plain(ordered ? `${number}. ` : `${bullet} `);
    const body = item.tokens.map((token) => block(asMarked(token)));
    return joined([mark, indented(joined(listParts(item.tokens, body)))]);
  });
  return joined(lines, loose ? '\n\n' : '\n');
}

/** What follows a check box stands beside it; other parts of an item begin on their own line. */
function listParts(tokens: readonly Token[], parts: readonly FormattedText[]): FormattedText[] {
  return parts
    .filter(({ text }) => text !== '')
    .flatMap((part, index) => {
      const besides = index === 0 || tokens[index - 1]?.type === 'checkbox';
      return besides ? [part] : [plain('\n'), part];
    });
}

/** Lines after the first two spaces in; code keeps its own. */
function indented(text: FormattedText): FormattedText {
  const lines = text.text.split('\n');
  let from = 0;
  const pieces = lines.map((line) => {
    const piece = { from, to: from + line.length };
    from = piece.to + 1;
    return piece;
  });
  const isCode = (at: number) =>
    text.entities.some(
      ({ type, offset, length }) => type === 'pre' && at >= offset && at < offset + length,
    );
  let result = '';
  const moved: number[] = [];
  for (const [index, { from: begin, to }] of pieces.entries()) {
    if (index > 0) result += isCode(begin) ? '\n' : '\n  ';
    for (let at = begin; at <= to; at += 1) moved[at] = result.length + (at - begin);
    result += text.text.slice(begin, to);
  }
  const entities = text.entities.map((entity) => {
    const begin = moved[entity.offset] ?? 0;
    const end = moved[entity.offset + entity.length] ?? result.length;
    return { ...entity, offset: begin, length: end - begin };
  });
  return { text: result, entities };
}

/** Cells beyond the header's are none in Markdown's eyes; they are shown as they were written. */
function table({ header, rows, raw }: Tokens.Table): FormattedText {
  const cells = [header, ...rows].map((row) => row.map((cell) => spelledOut(inline(cell.tokens))));
  const [names = [], ...body] = cells;
  const shown = textTable(names, body);
  const isWhole = words(raw) === words(shown);
  return styled(plain(isWhole ? shown : raw.trimEnd()), { type: 'pre' });
}

const words = (text: string): string => text.match(/[\p{L}\p{N}]+/gu)?.join('') ?? '';

const inline = (tokens: readonly Token[] = []): FormattedText =>
  joined(tokens.map((token) => inlineToken(asMarked(token))));

function inlineToken(token: MarkedToken): FormattedText {
  switch (token.type) {
    case 'strong':
      return styled(inline(token.tokens), { type: 'bold' });
    case 'em':
      return styled(inline(token.tokens), { type: 'italic' });
    case 'del':
      return styled(inline(token.tokens), { type: 'strikethrough' });
    case 'codespan':
      return styled(plain(token.text), { type: 'code' });
    case 'link':
      return link(token, inline(token.tokens));
    case 'image':
      return link(token, plain(token.text === '' ? '🖼' : `🖼 ${token.text}`));
    case 'br':
      return plain('\n');
    case 'checkbox':
      return plain(token.checked ? '☑ ' : '☐ ');
    case 'text':
      return token.tokens === undefined ? plain(token.text) : inline(token.tokens);
    case 'escape':
      return plain(token.text);
    default:
      return plain(token.raw);
  }
}

const LINKABLE = /^(?:https?|tg|mailto):/i;

/** A call in code, such as `handlers[name](event)`, is no link. */
const PLACE = /[./#:]/;

function link(
  { href, title, raw }: Tokens.Link | Tokens.Image,
  inner: FormattedText,
): FormattedText {
  if (href !== '' && !PLACE.test(href)) return plain(raw);
  const after = title ? plain(` (${title})`) : plain('');
  if (href === '' || inner.text === href) return joined([inner, after]);
  if (inner.text.trim() === '') return joined([plain(href), after]);
  if (!LINKABLE.test(href)) return joined([inner, plain(` (${href})`), after]);
  // Telegram links no code.
  const entities = inner.entities.filter(({ type }) => type !== 'code');
  return joined([styled({ ...inner, entities }, { type: 'text_link', url: href }), after]);
}
