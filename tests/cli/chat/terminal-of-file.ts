import { ofFile } from '../../support/of-file.ts';
import { dataFolder, environment } from '../../support/system.ts';
import { TerminalSession } from '../../support/terminal.ts';

/**
 * A `start` on a terminal that several tests of a file talk with, each as a person of its own: the terminal that it
 * was started on, where its agent has begun.
 */
export const terminalOfFile = (own: Record<string, string> = {}) =>
  ofFile(async (t) => {
    const folder = dataFolder(t);
    const terminal = new TerminalSession(t, ['start'], environment(folder, own));
    await terminal.shows('started agent-');
    return { terminal, folder };
  });
