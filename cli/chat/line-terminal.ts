import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  type Key,
  moveCursor,
} from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { visibleText } from '../../schemas/visible-text.ts';
import { TerminalOutput } from '../terminal-output.ts';

const PROMPT = '> ';
const MORE = '… ';

/** A terminal that knows it puts a mark before and behind what is pasted (xterm, "Bracketed Paste Mode"). */
const MARK_PASTES = '\x1b[?2004h';
const NO_MARKS = '\x1b[?2004l';

export interface LineTerminalOptions {
  input: Readable;
  output: Writable;
  /** A message or a command was entered. */
  onText: (text: string) => void;
  /** Ctrl-C: what was typed is dropped. */
  onInterrupt: () => void;
  /** Ctrl-D, the end of the input, or `close`. */
  onEnd: () => void;
  /** Dim what is beside; false where the person wants no style. */
  style?: boolean;
}

/** A prompt at the bottom of a terminal, above which text appears without tearing what is typed. */
export class LineTerminal {
  readonly #output: Writable;
  readonly #interface: Interface;
  readonly #onText: (text: string) => void;
  readonly #style: boolean;
  /** Lines so far of a message that goes on. */
  #lines: string[] = [];
  /** What comes is pasted: its line feeds are part of the text. */
  #pasting = false;
  /** The line that is entered next goes on, as Alt-Enter has it. */
  #goesOn = false;
  #closed = false;

  constructor(options: LineTerminalOptions) {
    const { input, output, onText, onInterrupt, onEnd, style = true } = options;
    this.#output = TerminalOutput.drawing(output);
    this.#onText = onText;
    this.#style = style;
    const others = new Set(this.#output.listeners('resize'));
    const streams = { input, output: this.#output };
    this.#interface = createInterface({ ...streams, prompt: PROMPT, terminal: true });
    this.#replaceResize(others);
    this.#interface.on('line', (line) => this.#entered(line));
    this.#interface.on('SIGINT', () => {
      this.#drop();
      onInterrupt();
    });
    const onKey = (_text: unknown, key: Key) => this.#pressed(key);
    input.on('keypress', onKey);
    // A terminal that is closed cannot be read any more.
    input.on('error', () => this.#interface.close());
    this.#interface.on('close', () => {
      this.#closed = true;
      input.off('keypress', onKey);
      this.#output.write(NO_MARKS);
      onEnd();
    });
    this.#output.write(MARK_PASTES);
    this.#interface.prompt();
  }

  /** Prints above the prompt. Whoever wrote the text, it is shown and steers nothing. */
  print(text: string, { dim = false }: { dim?: boolean } = {}): void {
    const safe = visibleText(text);
    const shown = dim && this.#style ? `\x1b[2m${safe}\x1b[0m` : safe;
    if (this.#closed) {
      this.#output.write(`${shown}\n`);
      return;
    }
    const { rows } = this.#interface.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    // The prompt is drawn again `rows` above the cursor, where it thinks that it began.
    this.#output.write(`${shown}\n${'\n'.repeat(rows)}`);
    this.#interface.prompt(true);
  }

  close(): void {
    this.#interface.close();
  }

  #pressed({ name, meta }: Key): void {
    if (name === 'paste-start') this.#pasting = true;
    if (name === 'paste-end') this.#pasting = false;
    if (name !== 'return' || meta !== true) return;
    this.#goesOn = true;
    this.#interface.write(null, { name: 'return' });
  }

  /** A line goes on in the next inside a paste, at Alt-Enter, and behind a backslash at its end. */
  #entered(line: string): void {
    const isJoined = this.#pasting || this.#goesOn;
    const goesOn = isJoined || line.endsWith('\\');
    this.#goesOn = false;
    this.#lines.push(goesOn && !isJoined ? line.slice(0, -1) : line);
    if (!goesOn) {
      const text = this.#lines.join('\n').replace(/\n$/, '');
      this.#lines = [];
      if (text.trim() !== '') this.#onText(text);
    }
    this.#prompt(goesOn ? MORE : PROMPT);
  }

  /** Forgets what was typed and not entered. */
  #drop(): void {
    this.#lines = [];
    this.#pasting = false;
    // Emptying the line itself would leave what is on the screen.
    this.#interface.write(null, { ctrl: true, name: 'e' });
    this.#interface.write(null, { ctrl: true, name: 'u' });
    this.#prompt(PROMPT);
  }

  #prompt(prompt: string): void {
    this.#interface.setPrompt(prompt);
    if (!this.#closed) this.#interface.prompt();
  }

  /**
   * readline draws the prompt again from where it began in the old width; a terminal has by then
   * wrapped it anew, so that a part of it would stay above.
   */
  #replaceResize(others: ReadonlySet<unknown>): void {
    for (const listener of this.#output.listeners('resize')) {
      // The emitter's own type of a listener is no more than that.
      if (!others.has(listener)) this.#output.off('resize', listener as () => void);
    }
    let columns = columnsOf(this.#output);
    const resized = () => {
      const narrower = Math.min(columns, columnsOf(this.#output));
      columns = columnsOf(this.#output);
      // No character is wider than two columns: in one row nothing was wrapped anew.
      if (PROMPT.length + this.#interface.line.length * 2 >= narrower) this.#drawAgain();
    };
    this.#output.on('resize', resized);
    this.#interface.on('close', () => this.#output.off('resize', resized));
  }

  #drawAgain(): void {
    if (this.#closed) return;
    const { rows } = this.#interface.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    // From here: it stands where it begins.
    Object.assign(this.#interface, { prevRows: 0 });
    this.#interface.prompt(true);
  }
}

const USUAL_COLUMNS = 80;

const columnsOf = (output: Writable): number =>
  'columns' in output && typeof output.columns === 'number' ? output.columns : USUAL_COLUMNS;
