import { Writable } from 'node:stream';
import { visibleText } from '../schemas/visible-text.ts';

/**
 * Where a command writes, when that is a terminal: what an agent, a user, a file name or an error
 * put into it is shown, and never acted upon. Bytes that are no text are shown as U+FFFD.
 *
 * `run` gives it to every command in the place of the terminal itself, so that none has to think
 * of it. What draws on the terminal by itself asks for {@link TerminalOutput.drawing}.
 */
export class TerminalOutput extends Writable {
  readonly isTTY = true;
  readonly #terminal: Writable;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(terminal: Writable) {
    super();
    this.#terminal = terminal;
    // Whoever listens here hears of it; the terminal's own listeners decide what it means.
    this.on('error', () => undefined);
    terminal.once('error', (error) => this.destroy(error));
  }

  /** The terminal itself, to move the cursor and the like: not for the text of anybody else. */
  static drawing(output: Writable): Writable {
    return output instanceof TerminalOutput ? output.#terminal : output;
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    const text = this.#decoder.decode(chunk, { stream: true });
    // Done at once where there is room, so that nothing waits here when the process exits.
    if (this.#terminal.write(visibleText(text))) done();
    else this.#terminal.once('drain', done);
  }
}

/** What a command is to write to: a pipe or a file as it is, a terminal safely. */
export const commandOutput = (output: Writable): Writable =>
  'isTTY' in output && output.isTTY === true && !(output instanceof TerminalOutput)
    ? new TerminalOutput(output)
    : output;

/**
 * Is bold, dim and coloured text wanted? Not on what is no terminal, nor where the person says no
 * (https://no-color.org: `NO_COLOR` set and not empty; `TERM=dumb`).
 */
export const showsStyle = (output: Writable, env: Record<string, string | undefined>): boolean =>
  'isTTY' in output && output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
