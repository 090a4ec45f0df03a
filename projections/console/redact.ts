/** What is not to be in a page that is given to somebody. */
export interface Redaction {
  /** Keys, tokens, passwords and what looks like them. */
  secrets: boolean;
  /** Ids of agents, messages, people and chats, and addresses of mail: each becomes a name, the same wherever it stands. */
  ids: boolean;
}

const HIDDEN = '[secret]';

/** Forms that keys and tokens are known to have, and what stands behind a word that announces one. */
const SECRETS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\borc_tok-[0-9a-f]{12}_[A-Za-z0-9_-]{43}/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|npm_|hf_)[A-Za-z0-9_-]{16,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  // A bot's token of Telegram.
  /\b\d{6,12}:[A-Za-z0-9_-]{30,}/g,
  // Seeds of NATS keys.
  /\bS[ACNOUX][A-Z2-7]{56}\b/g,
];

const ANNOUNCED =
  /(\b(?:bearer|authorization|password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key)\b["']?\s*[:=]?\s*["']?(?:(?:bearer|basic)\s+)?)((?!\[secret\])[^\s"',;]{6,})/gi;

/** `https://user:password@host`. */
const IN_ADDRESS = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)([^\s/@]+)(@)/gi;

const MAIL = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g;
const AGENT = /\bagent-[0-9a-f]{12}\b/g;
const ID =
  /\b(?:[a-z]+[-_])*[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[a-z]+[-_](?:[a-z]+[-_])*[0-9a-f]{12,}\b/gi;
/** Of chats and people: nothing else that one says has so many digits. */
const NUMBER = /(?<![\w.])-?\d{6,}(?![\w.])/g;
const PERSON = /\b(telegram|terminal|redis)\/[A-Za-z0-9_-]+/g;

/**
 * Takes out of texts what is not to be given away. One of it for one page: the same id has the same name in all of
 * them. It knows forms, not meanings: a secret that looks like a word stays.
 */
export class Redactor {
  readonly #what: Redaction;
  readonly #names = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(what: Redaction) {
    this.#what = what;
  }

  text(text: string): string {
    const unsecret = this.#what.secrets ? withoutSecrets(text) : text;
    return this.#what.ids ? this.#withoutIds(unsecret) : unsecret;
  }

  #withoutIds(text: string): string {
    return text
      .replace(MAIL, (found) => this.#nameOf('mail', found))
      .replace(PERSON, (found, channel: string) => `${channel}/${this.#nameOf('person', found)}`)
      .replace(AGENT, (found) => this.#nameOf('agent', found))
      .replace(ID, (found) => this.#nameOf('id', found))
      .replace(NUMBER, (found) => this.#nameOf('number', found));
  }

  #nameOf(kind: string, found: string): string {
    const known = this.#names.get(found);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const name = `[${kind} ${count}]`;
    this.#names.set(found, name);
    return name;
  }
}

function withoutSecrets(text: string): string {
  const known = SECRETS.reduce((rest, form) => rest.replace(form, HIDDEN), text);
  return known
    .replace(IN_ADDRESS, `$1${HIDDEN}$3`)
    .replace(ANNOUNCED, (_all, word: string) => `${word}${HIDDEN}`);
}
