import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../../platform/files/replace-file.ts';

/** No kind and no channel has a name with a dot. */
const FOLDER = '.renewed';

const record = z.object({
  /** Of what agents have renewed since then: SHA-256. */
  written: z.array(z.string()),
  /** When somebody else last put a login there, in milliseconds since 1970. */
  since: z.number(),
});

type Written = z.infer<typeof record>;

export const digestOf = (content: string): string =>
  createHash('sha256').update(content).digest('hex');

/**
 * What was written into one login file for an agent. It tells a renewal apart from a login that a person
 * has put there, which is not to be replaced by an agent of the login before.
 */
export class LoginRecord {
  readonly #file: string;

  /** @param root the folder of all logins */
  constructor(root: string, file: string) {
    this.#file = join(root, FOLDER, `${digestOf(file).slice(0, 24)}.json`);
  }

  /**
   * When somebody put there the login of which `content` is a renewal, in milliseconds since 1970.
   *
   * @param changedAt when the file was last changed, by whomever
   */
  async since(content: string, changedAt: number): Promise<number> {
    const known = await this.#read();
    return known?.written.includes(digestOf(content)) ? known.since : changedAt;
  }

  /** `next` is about to take the place of `content`; either of them may be found there afterwards. */
  async note(content: string, next: string, since: number): Promise<void> {
    const written: Written = { written: [digestOf(content), digestOf(next)], since };
    await replaceFile(this.#file, JSON.stringify(written), { durable: true });
  }

  async #read(): Promise<Written | undefined> {
    try {
      return record.safeParse(JSON.parse(await readFile(this.#file, 'utf8'))).data;
    } catch {
      return undefined;
    }
  }
}
