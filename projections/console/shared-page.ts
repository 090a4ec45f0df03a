import type { Span, Waterfall } from '../../core/conversation/waterfall.ts';
import { howLong } from '../../platform/text/how-long.ts';
import { visibleText } from '../../schemas/visible-text.ts';
import type { Entry } from './conversation.ts';
import { type Redaction, Redactor } from './redact.ts';

/** A page of one piece, which runs nothing and asks nobody for anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.2rem}p,td,th{overflow-wrap:anywhere}.text{white-space:pre-wrap;margin:.2rem 0 1rem}small{opacity:.75}
.message{border-left:4px solid #36c;padding-left:.6rem}.answer{border-left:4px solid #2a7d46;padding-left:.6rem}
.failure,.failed{color:#b3261e}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0}
.bar{width:40%}rect{fill:#36c}.failed rect{fill:#b3261e}.perhaps rect{fill:#9a6700}
@media(prefers-color-scheme:dark){.failure,.failed{color:#ff8a80}}`;

/** A conversation as one HTML file for somebody else. Pure. */
export function sharedConversation(
  title: string,
  entries: readonly Entry[],
  redaction: Redaction,
): string {
  const write = new Writer(redaction);
  const parts = entries.map((entry) => {
    const { kind, time, from, text, options = [], files = [], input, result } = entry;
    const names = files.map(({ name }) => `<br><small>file: ${write.text(name)}</small>`).join('');
    const choices =
      options.length > 0 ? `<br><small>${write.text(options.join(' · '))}</small>` : '';
    const call = kind === 'call' ? `\n${input ?? ''}\n${result ?? ''}`.trimEnd() : '';
    return `<div class="${kind}"><small>${write.text(`${time} ${kind} ${from ?? ''}`)}</small>
<p class="text">${write.text(`${text}${call}`)}${choices}${names}</p></div>`;
  });
  return page(write.text(title), parts.join('\n'));
}

/** A waterfall as one HTML file for somebody else. Pure. */
export function sharedWaterfall(waterfall: Waterfall, redaction: Redaction): string {
  const write = new Writer(redaction);
  const { text, outcome, spans, startedAt, endedAt } = waterfall;
  const scale = scaleOf(waterfall, Date.parse(endedAt ?? lastOf(spans) ?? startedAt));
  const rows = spans.map((span) => {
    const { left, width } = scale(span);
    const took = span.endedAt === undefined ? '…' : howLong(lengthOf(span));
    return `<tr class="${span.state}"><td>${write.text(span.name)}<br><small>${write.text(span.detail ?? '')}</small>
<td class="bar"><svg width="100%" height="12" aria-hidden="true"><rect x="${left}%" width="${width}%" height="12"></rect></svg>
<td>${write.text(span.startedAt)}<td>${took}<td>${span.state}`;
  });
  return page(
    write.text(`Message: ${outcome}`),
    `<p class="text message">${write.text(text)}</p>
<table><tr><th>what<th class="bar">when<th>began<th>took<th>state${rows.join('\n')}</table>`,
  );
}

/** Where a span's bar stands, in percent of the whole waterfall. */
export function scaleOf(
  { startedAt, spans }: Pick<Waterfall, 'startedAt' | 'spans'>,
  end: number,
): (span: Span) => { left: number; width: number } {
  const begin = Math.min(Date.parse(startedAt), ...spans.map((span) => Date.parse(span.startedAt)));
  const whole = Math.max(1, end - begin);
  const percent = (ms: number) => Math.min(100, Math.max(0, (100 * ms) / whole));
  return (span) => {
    const left = percent(Date.parse(span.startedAt) - begin);
    const until = span.endedAt === undefined ? end : Date.parse(span.endedAt);
    const width = Math.max(0.4, percent(until - begin) - left);
    return { left: Math.min(left, 99.6), width: Math.round(width * 100) / 100 };
  };
}

const lengthOf = ({ startedAt, endedAt = startedAt }: Span): number =>
  Date.parse(endedAt) - Date.parse(startedAt);

const lastOf = (spans: readonly Span[]): string | undefined =>
  spans
    .map(({ startedAt, endedAt = startedAt }) => endedAt)
    .sort()
    .at(-1);

class Writer {
  readonly #redactor: Redactor;

  constructor(redaction: Redaction) {
    this.#redactor = new Redactor(redaction);
  }

  /** Redacted, every character of it visible, and nothing of it HTML. */
  text(text: string): string {
    return visibleText(this.#redactor.text(text)).replace(
      /[&<>"']/g,
      (character) => `&#${character.charCodeAt(0)};`,
    );
  }
}

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title>
<style>${STYLE}</style><h1>${title}</h1>
${body}
</html>
`;
