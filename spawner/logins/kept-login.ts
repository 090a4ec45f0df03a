import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoginFile } from '../../agents/host/login-file.ts';
import { withFileLock } from '../../platform/files/file-lock.ts';
import { replaceFile } from '../../platform/files/replace-file.ts';
import { isSystemError } from '../../schemas/system-error.ts';
import { LoginRecord } from './login-record.ts';

/** Not through a link: an agent gets no login through one either. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW;

/** What keeps a login from being there. */
const NOT_THERE = ['ENOENT', 'ENOTDIR', 'ELOOP'];

/** What became of a login that an agent's CLI has renewed. */
export type Outcome =
  | { is: 'written' }
  /** The agent's is the same, or an older one; or there is none to be renewed. */
  | { is: 'old' }
  | { is: 'refused'; why: string };

/** An agent's copy of a login. */
export interface LoginCopy {
  content: string;
  /** When its run began, which was given the login after that; in milliseconds since 1970. */
  givenAt: number;
}

/**
 * The file of a login from which agents get their copies. One process at a time writes it, whole; what
 * is written is judged on what is there at that moment.
 */
export class KeptLogin {
  readonly #file: string;
  readonly #login: LoginFile;
  readonly #record: LoginRecord;

  /**
   * @param root the folder of all logins
   * @param folder of this one
   */
  constructor(root: string, folder: string, login: LoginFile) {
    this.#file = join(folder, login.path);
    this.#login = login;
    this.#record = new LoginRecord(root, this.#file);
  }

  /**
   * Takes over a renewal. Never makes a login that is not there: whoever removed it has logged out.
   * Throws what the system says where the file cannot be read or written.
   *
   * @param now milliseconds since 1970
   */
  async renew(copy: LoginCopy, now: number): Promise<Outcome> {
    const first = await this.#judge(copy.content, now);
    if (first.is !== 'newer') return first;
    return withFileLock(dirname(this.#file), () => this.#renewLocked(copy, now));
  }

  /**
   * What an agent's copy is to become, of which a renewal is kept; undefined where it may stay as it is.
   * A login that somebody has put there since is for new runs: what came of it in this one could not be
   * told from a renewal of the one before. Throws as {@link renew} does.
   */
  async newerThan({ content, givenAt }: LoginCopy, now: number): Promise<string | undefined> {
    const found = await this.#read();
    if (found === undefined) return undefined;
    const renewal = this.#login.renewal(content, found.content, now);
    if (renewal.is !== 'newer') return undefined;
    const since = await this.#record.since(found.content, found.changedAt);
    return since > givenAt ? undefined : renewal.content;
  }

  async #renewLocked({ content, givenAt }: LoginCopy, now: number): Promise<Outcome> {
    const found = await this.#read();
    if (found === undefined) return { is: 'old' };
    const renewal = this.#login.renewal(found.content, content, now);
    if (renewal.is !== 'newer') return renewal;
    const since = await this.#record.since(found.content, found.changedAt);
    if (since > givenAt) return { is: 'refused', why: 'somebody has logged in anew since' };
    await this.#record.note(found.content, renewal.content, since);
    // A person, or a CLI that does not keep to the lock.
    if ((await this.#read())?.content !== found.content) {
      return { is: 'refused', why: 'somebody else has changed it at this moment' };
    }
    await replaceFile(this.#file, renewal.content, { durable: true });
    return { is: 'written' };
  }

  async #judge(copy: string, now: number) {
    const found = await this.#read();
    return found ? this.#login.renewal(found.content, copy, now) : ({ is: 'old' } as const);
  }

  /** Undefined where there is none. */
  async #read(): Promise<{ content: string; changedAt: number } | undefined> {
    try {
      await using handle = await open(this.#file, FILE);
      // Unlike the time of its last modification, nobody can set this one.
      const { ctimeMs } = await handle.stat();
      return { content: await handle.readFile('utf8'), changedAt: ctimeMs };
    } catch (error) {
      if (NOT_THERE.some((code) => isSystemError(error, code))) return undefined;
      throw error;
    }
  }
}
