import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  moveCursor,
} from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { visibleText } from '../../schemas/visible-text.ts';
import { TerminalOutput } from '../terminal-output.ts';

const PROMPT = '> ';
const MORE = '… ';

export interface LineTerminalOptions {
  input: Readable;
  output: Writable;
  /** A message or a command was entered. */
  onText: (text: string) => void;
  /** Ctrl-D or Ctrl-C. */
  onEnd: () => void;
}

/** A prompt at the bottom of a terminal, above which text appears without tearing what is typed. */
export class LineTerminal {
  readonly #output: Writable;
  readonly #interface: Interface;
  readonly #onText: (text: string) => void;
  /** Lines so far of a message that goes on. */
  #lines: string[] = [];
  #closed = false;

  constructor({ input, output, onText, onEnd }: LineTerminalOptions) {
    this.#output = TerminalOutput.drawing(output);
    this.#onText = onText;
    const streams = { input, output: this.#output };
    this.#interface = createInterface({ ...streams, prompt: PROMPT, terminal: true });
    this.#interface.on('line', (line) => this.#entered(line));
    this.#interface.on('SIGINT', () => this.#interface.close());
    this.#interface.on('close', () => {
      this.#closed = true;
      onEnd();
    });
    this.#interface.prompt();
  }

  /** Prints above the prompt. Whoever wrote the text, it is shown and steers nothing. */
  print(text: string, { dim = false }: { dim?: boolean } = {}): void {
    const safe = visibleText(text);
    const shown = dim ? `\x1b[2m${safe}\x1b[0m` : safe;
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

  /** A line that ends with a backslash goes on in the next. */
  #entered(line: string): void {
    const goesOn = line.endsWith('\\');
    this.#lines.push(goesOn ? line.slice(0, -1) : line);
    if (!goesOn) {
      const text = this.#lines.join('\n');
      this.#lines = [];
      if (text.trim() !== '') this.#onText(text);
    }
    this.#interface.setPrompt(goesOn ? MORE : PROMPT);
    if (!this.#closed) this.#interface.prompt();
  }
}
