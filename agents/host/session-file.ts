import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Relative to the agent's home. */
const FILE = '.orchestrator/session';

/** What becomes an argument of the CLI is no option of it, whoever wrote the file. */
const SESSION = /^[A-Za-z0-9][\w.:-]{0,199}$/;

/** The id of the session of an agent's CLI, in its home, for the host of a later run. */
export class SessionFile {
  readonly #path: string | undefined;
  #kept: string | undefined;

  constructor(home: string | undefined) {
    this.#path = home === undefined ? undefined : join(home, FILE);
  }

  /** Undefined where there is none, or none that can be one. */
  read(): string | undefined {
    if (this.#path === undefined) return undefined;
    try {
      const session = readFileSync(this.#path, 'utf8').trim();
      return SESSION.test(session) ? session : undefined;
    } catch {
      return undefined;
    }
  }

  /** A failure costs the memory of a later run, and no more. */
  keep(session: string, log: (line: string) => void): void {
    if (this.#path === undefined || session === this.#kept) return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#path}.new`, `${session}\n`, { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#kept = session;
    } catch (error) {
      log(`the session is not kept: ${error}`);
    }
  }
}
