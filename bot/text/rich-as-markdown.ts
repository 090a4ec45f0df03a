import type { RichBlock, RichBlockListItem, RichMessage, RichText } from 'grammy/types';

/**
 * A rich message (Bot API 10, RichMessage) as Markdown, for an agent. What has no words in it (a divider, an anchor)
 * is left out; a picture or another file among the blocks stands as its kind in parentheses, since it cannot be
 * fetched apart. Pure.
 */
export const richAsMarkdown = ({ blocks }: Pick<RichMessage, 'blocks'>): string => ofBlocks(blocks);

const ofBlocks = (blocks: readonly RichBlock[]): string =>
  blocks
    .map(ofBlock)
    .filter((text) => text !== '')
    .join('\n\n');

function ofBlock(block: RichBlock): string {
  switch (block.type) {
    case 'heading':
      return `${'#'.repeat(block.size)} ${textOf(block.text)}`;
    case 'pre':
      return `\`\`\`${block.language ?? ''}\n${textOf(block.text)}\n\`\`\``;
    case 'list':
      return block.items.map(ofItem).join('\n');
    case 'blockquote':
      return quoted(withCredit(ofBlocks(block.blocks), block.credit));
    case 'expandable_blockquote':
    case 'pullquote':
      return quoted(withCredit(textOf(block.text), block.credit));
    case 'table':
      return block.cells
        .map((row) => row.map(({ text = '' }) => textOf(text)).join(' | '))
        .join('\n');
    case 'details':
      return `${textOf(block.summary)}\n\n${ofBlocks(block.blocks)}`;
    case 'map':
      return `${block.location.latitude}, ${block.location.longitude}`;
    case 'mathematical_expression':
      return block.expression;
    case 'collage':
    case 'slideshow':
      return ofBlocks(block.blocks);
    case 'paragraph':
    case 'footer':
    case 'thinking':
      return textOf(block.text);
    case 'buttons':
      return block.buttons.map(({ text }) => `[${textOf(text)}]`).join(' ');
    case 'divider':
    case 'anchor':
      return '';
    default:
      return `(${block.type.replaceAll('_', ' ')})`;
  }
}

function ofItem({ label, blocks, has_checkbox, is_checked }: RichBlockListItem): string {
  const box = has_checkbox ? `[${is_checked ? 'x' : ' '}] ` : '';
  const [first = '', ...more] = ofBlocks(blocks).split('\n');
  return [`${label} ${box}${first}`, ...more.map((line) => `  ${line}`)].join('\n');
}

const withCredit = (text: string, credit: RichText | undefined): string =>
  credit === undefined ? text : `${text}\n— ${textOf(credit)}`;

const quoted = (text: string): string =>
  text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

function textOf(text: RichText): string {
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(textOf).join('');
  switch (text.type) {
    case 'bold':
      return `**${textOf(text.text)}**`;
    case 'code':
      return `\`${textOf(text.text)}\``;
    case 'url':
      return `[${textOf(text.text)}](${text.url})`;
    case 'custom_emoji':
      return text.alternative_text;
    case 'mathematical_expression':
      return text.expression;
    case 'button':
      return `[${textOf(text.button.text)}]`;
    case 'anchor':
      return '';
    default:
      return textOf(text.text);
  }
}
