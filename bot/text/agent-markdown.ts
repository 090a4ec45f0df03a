import { Marked, type Token, Tokenizer, type Tokens } from 'marked';

/** `C:\me`, `\\host\share`, `..\up`, `%TEMP%\x`, `src\lib`: a path, whose backslashes escape nothing. */
const WINDOWS_PATH =
  /(?:[A-Za-z]:\\|\\\\[\w.-]{1,64}\\|\.{1,2}\\|%\w{1,64}%\\|[\w.-]{1,64}(?:\\[\w.*-]{1,64}){0,8}?\\(?=[A-Za-z0-9]))[^\s"'`<>|?]*[^\s"'`<>|?*.,;:!)\]]|[A-Za-z]:\\/;

const AT_START = new RegExp(`^(?:${WINDOWS_PATH.source})`);
/** Where one begins that does not go on a word. */
const ANYWHERE = new RegExp(`(?<![\\w\\\\/*])(?:${WINDOWS_PATH.source})`);

/** What people and models escape against Markdown; before others a backslash is a shell's or a pattern's. */
const ESCAPED = /^\\[\\`*_{}[\]()#+\-.!~|<>]/;

/** What goes on a word, a path, an expression or an option: there no emphasis begins. */
const BEFORE = /[A-Za-z0-9_/\\.:=$@#%&+~<>-]$/;

/** The same for where one ends: a dot or colon counts where something follows it at once. */
const AFTER = /^(?:[A-Za-z0-9_/\\=([{$@#%&+~<>]|[.:][^\s*_)\]]|-[A-Za-z0-9-])/;

/** `__init__`, `__main__`. */
const DUNDER = /^__[a-z0-9_]+__$/;

/**
 * Markdown as coding agents write it: with paths, globs, identifiers and expressions in the middle of
 * the text, of which by CommonMark parts would be marks. Emphasis counts where it stands around words,
 * and a mark that is in doubt is shown.
 */
const agents = new Marked({ gfm: true }).use({
  tokenizer: {
    emStrong(src, maskedSrc, prevChar = '') {
      const token = Tokenizer.prototype.emStrong.call(this, src, maskedSrc, prevChar);
      if (token === undefined || isMeant(token, prevChar, src)) return token;
      const [marks = ''] = /^[*_]+/.exec(src) ?? [];
      return { type: 'text', raw: marks, text: marks } as unknown as typeof token;
    },
    /** One tilde is “about”, or a home folder. */
    del(src) {
      if (!/^~(?!~)/.test(src)) return false;
      return { type: 'text', raw: '~', text: '~' } as unknown as Tokens.Del;
    },
    escape(src) {
      if (!src.startsWith('\\') || ESCAPED.test(src)) return false;
      return undefined;
    },
  },
  extensions: [
    {
      name: 'windows-path',
      level: 'inline',
      start: (src) => ANYWHERE.exec(src)?.index,
      tokenizer(src) {
        const [raw] = AT_START.exec(src) ?? [];
        return raw === undefined ? undefined : { type: 'text', raw, text: raw };
      },
    },
  ],
});

/** The blocks of a text. Throws where so much is within each other that the stack is at its end. */
export const lexMarkdown = (text: string): Token[] => agents.lexer(text);

function isMeant({ raw }: { raw: string }, before: string, src: string): boolean {
  const after = src.slice(raw.length);
  const inner = raw.replace(/^[*_]+|[*_]+$/g, '');
  if (BEFORE.test(before) || isGlob(raw, inner)) return false;
  if (DUNDER.test(raw)) return false;
  const goesOn = AFTER.test(after);
  // `**API**s` is a word in bold and its ending.
  const isEnding = raw.startsWith('**') && /^[A-Za-z]/.test(after);
  return !goesOn || isEnding;
}

/** `*.ts and 2*`, `**` + `/node_modules/**`, a comment of C: the stars are of the words within. */
const isGlob = (raw: string, inner: string): boolean =>
  raw.startsWith('*') && (/^\.\w/.test(inner) || /[/\\]$/.test(inner));
