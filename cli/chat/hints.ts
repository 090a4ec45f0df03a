import type { Happening } from '../../core/conversation/talk.ts';
import { joinedNotice, kindNotice } from './notices.ts';

/** What a person is told once in a chat, when they first meet it. */
export class Hints {
  readonly #told = new Set<string>();
  readonly #kind: string | undefined;

  /** @param kind of the person's own agent; undefined where they talk to another */
  constructor(kind: string | undefined) {
    this.#kind = kind;
  }

  atAgent(): string | undefined {
    return this.#once('kind', this.#kind === undefined ? undefined : kindNotice(this.#kind));
  }

  at(happening: Happening): string | undefined {
    return this.#once('joined', joinedNotice(happening));
  }

  #once(name: string, hint: string | undefined): string | undefined {
    if (hint === undefined || this.#told.has(name)) return undefined;
    this.#told.add(name);
    return hint;
  }
}
