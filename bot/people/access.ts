import type { Settings } from '../../schemas/settings.ts';
import type { Directory } from './directory.ts';

type AccessSettings = Pick<Settings, 'TELEGRAM_ALLOWED_USERS' | 'TELEGRAM_ADMIN_USERS'>;

/** Who may talk, and who may say so: the settings, and what admins have stated since. */
export class Access {
  readonly #allowed: ReadonlySet<string>;
  readonly #admins: ReadonlySet<string>;
  readonly #directory: Directory;

  constructor(settings: AccessSettings, directory: Directory) {
    const allowed = settings.TELEGRAM_ALLOWED_USERS ?? [];
    const people = allowed.filter((id) => !id.startsWith('-'));
    this.#admins = new Set(settings.TELEGRAM_ADMIN_USERS ?? people);
    this.#allowed = new Set([...allowed, ...this.#admins]);
    this.#directory = directory;
  }

  /** A user's id, or a group's. An admin cannot be shut out; for others the last word counts. */
  isAllowed(id: string): boolean {
    if (this.isAdmin(id)) return true;
    return this.#directory.member(id).allowed ?? this.#allowed.has(id);
  }

  isAdmin(id: string): boolean {
    return this.#admins.has(id);
  }

  /** Everybody who may talk. */
  everybody(): string[] {
    const known = new Set([...this.#allowed, ...this.#directory.ids()]);
    return [...known].filter((id) => this.isAllowed(id));
  }
}
