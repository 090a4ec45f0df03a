import type { MessageEntity } from 'grammy/types';
import type { FormattedText } from './formatted-text.ts';

/**
 * What a person wrote with Telegram's formatting, as the Markdown that an agent reads: code with its
 * language, links with their addresses, quotations. Text that has no formatting stays as it is, whatever
 * characters it has. Pure.
 */
export const entitiesAsMarkdown = ({ text, entities }: FormattedText): string =>
  render({ text, from: 0, to: text.length }, entities.toSorted(outerFirst));

const outerFirst = (a: MessageEntity, b: MessageEntity): number =>
  a.offset - b.offset || b.length - a.length;

interface Stretch {
  text: string;
  from: number;
  to: number;
}

function render({ text, from, to }: Stretch, entities: readonly MessageEntity[]): string {
  let [markdown, at] = ['', from];
  for (const [index, entity] of entities.entries()) {
    const end = Math.min(entity.offset + entity.length, to);
    // Within one that has been rendered with all that is in it.
    if (entity.offset < at || end <= entity.offset) continue;
    const within = entities.slice(index + 1).filter(({ offset }) => offset < end);
    const inner = render({ text, from: entity.offset, to: end }, within);
    const raw = text.slice(entity.offset, end);
    markdown += text.slice(at, entity.offset);
    markdown += isBlock(entity)
      ? block(blockOf(entity, raw, inner), markdown, text.slice(end, to))
      : inline(entity, raw, inner);
    at = end;
  }
  return markdown + text.slice(at, to);
}

const isBlock = ({ type }: MessageEntity): boolean =>
  type === 'pre' || type === 'blockquote' || type === 'expandable_blockquote';

/** On lines of its own. */
function block(content: string, before: string, after: string): string {
  const begin = before === '' || before.endsWith('\n') ? '' : '\n';
  const end = after === '' || after.startsWith('\n') ? '' : '\n';
  return `${begin}${content}${end}`;
}

function blockOf(entity: MessageEntity, raw: string, inner: string): string {
  if (entity.type !== 'pre') return asQuotation(inner);
  const fence = '`'.repeat(Math.max(3, longestRun(raw) + 1));
  return `${fence}${entity.language ?? ''}\n${raw.replace(/\n$/, '')}\n${fence}`;
}

export const asQuotation = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');

function inline(entity: MessageEntity, raw: string, inner: string): string {
  switch (entity.type) {
    case 'code':
      return asCode(raw);
    case 'bold':
      return marked(inner, '**');
    case 'italic':
      return marked(inner, '_');
    case 'strikethrough':
      return marked(inner, '~~');
    case 'text_link':
      return `[${inner}](${entity.url})`;
    default:
      return inner;
  }
}

/** Marks stand at words, not at the space around them. */
function marked(text: string, mark: string): string {
  const word = text.trim();
  if (word === '') return text;
  const [before, after] = text.split(word, 2);
  return `${before}${mark}${word}${mark}${after}`;
}

function asCode(raw: string): string {
  const longest = longestRun(raw);
  const ticks = '`'.repeat(longest === 0 ? 1 : longest + 1);
  const space = raw.startsWith('`') || raw.endsWith('`') ? ' ' : '';
  return `${ticks}${space}${raw}${space}${ticks}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
