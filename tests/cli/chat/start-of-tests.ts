import test from 'ava';
import { dataFolder, environment } from '../../support/system.ts';
import { TerminalSession } from '../../support/terminal.ts';

/** A `start` on a terminal that several tests of a file talk with, each as a person of its own. */
export class StartOfTests {
  readonly #own: Record<string, string>;
  readonly #leavings: (() => unknown)[] = [];
  #started: Promise<{ terminal: TerminalSession; folder: string }> | undefined;

  constructor(own: Record<string, string> = {}) {
    this.#own = own;
    test.after.always(async () => {
      for (const undo of this.#leavings.reverse()) await undo();
    });
  }

  /** The terminal that it was started on, where its agent has begun; started by whoever asks first. */
  running(): Promise<{ terminal: TerminalSession; folder: string }> {
    this.#started ??= this.#start();
    return this.#started;
  }

  async #start(): Promise<{ terminal: TerminalSession; folder: string }> {
    const t = { teardown: (undo: () => unknown) => void this.#leavings.push(undo) };
    const folder = dataFolder(t);
    const terminal = new TerminalSession(t, ['start'], environment(folder, this.#own));
    await terminal.shows('started agent-');
    return { terminal, folder };
  }
}
