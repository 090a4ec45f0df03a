import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';

/** Asks a person in the terminal, a line at a time. */
export interface Asker {
  /** What was typed, without spaces around it; `fallback` for an empty line. */
  ask(question: string, fallback?: string): Promise<string>;
  /** The same, and what is typed is not shown. */
  askSecret(question: string): Promise<string>;
  say(line: string): void;
}

/** @param stderr where questions are shown: stdout is for results. */
export function terminalAsker(stdin: Readable, stderr: Writable): Asker {
  const asked = async (question: string, shown: boolean): Promise<string> => {
    stderr.write(question);
    const output = shown ? stderr : new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({ input: stdin, output, terminal: true });
    try {
      // Ctrl-C ends the command, as anywhere.
      lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
      return (await lines.question('')).trim();
    } finally {
      lines.close();
      if (!shown) stderr.write('\n');
    }
  };
  return {
    ask: async (question, fallback = '') => {
      const hint = fallback === '' ? '' : ` [${fallback}]`;
      return (await asked(`${question}${hint}: `, true)) || fallback;
    },
    askSecret: (question) => asked(`${question}: `, false),
    say: (line) => stderr.write(`${line}\n`),
  };
}

/** Yes or no; what is neither is `fallback`. */
export async function askYes(asker: Asker, question: string, fallback: boolean): Promise<boolean> {
  const answer = (await asker.ask(`${question} (${fallback ? 'Y/n' : 'y/N'})`)).toLowerCase();
  return answer === '' ? fallback : /^(y|yes|\u0434|\u0434\u0430)$/.test(answer);
}
