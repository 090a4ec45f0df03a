export interface CtrlCOptions {
  /** Does the agent work for this person? */
  isBusy: () => boolean;
  /** Interrupts what it does. */
  interrupt: () => void;
  end: () => void;
  /** What ends with the chat, for people. */
  ends: string;
  say: (line: string) => void;
}

/** Ctrl-C in a chat: the first is for the turn, where one runs; a second, with nothing entered between, ends. */
export class CtrlC {
  readonly #options: CtrlCOptions;
  #warned = false;

  constructor(options: CtrlCOptions) {
    this.#options = options;
  }

  pressed(): void {
    const { isBusy, interrupt, end, ends, say } = this.#options;
    if (this.#warned) {
      end();
      return;
    }
    this.#warned = true;
    const busy = isBusy();
    say(`${busy ? 'Interrupting the turn. ' : ''}Ctrl-C again ends ${ends}.`);
    if (busy) interrupt();
  }

  /** Something was entered: the next is a first one again. */
  entered(): void {
    this.#warned = false;
  }
}
