import { createHmac, randomBytes } from 'node:crypto';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const CAPITALS = LETTERS.toUpperCase();
const DIGITS = '0123456789';
const HEX = '0123456789abcdef';

/** Ids of agents are random, and ours; what a URL begins with says nothing of anybody. */
const PARTS =
  /agent-[0-9a-f]{12}(?![0-9a-f])|(?<![\p{L}\p{M}\p{N}])(?:https?|ssh|git|file|nats)(?=:\/\/)|[\p{L}\p{M}\p{N}]+/gu;
const KEPT = /^(?:agent-[0-9a-f]{12}|https?|ssh|git|file|nats)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const HEX_ID = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{8,}$/;

/** The words that our own ids are made of: `process.starting:run-…`. */
const OWN_WORDS = new Set([
  ...Object.keys(EVENT_CATALOGUE).flatMap((type) => type.split(/[.-]/)),
  ...['orchestrator', 'agents', 'users', 'deliveries', 'projects', 'jobs', 'nodes', 'tokens'],
  ...['streams', 'spawner', 'projections', 'redis', 'telegram', 'terminal'],
]);

/** An id of ours has one of these; a sentence of one word has none. */
const IN_IDS = /[\d:]/;

/** What is remembered of what was asked before: texts say the same words again and again. */
const MOST_KEPT = 50_000;

/** Of a network of Feistel: with four, nothing of the input is to be seen in the output (Luby and Rackoff 1988). */
const ROUNDS = 4;

/**
 * Stand-ins for names and texts: each run of letters and digits becomes another of the same length, capitals and
 * digits where such were, so that an id stays an id, a path a path, and a text as long as it was. The same run is
 * the same stand-in wherever it stands, and two never share one; with another key it is another, and without the
 * key nobody finds back.
 *
 * @example
 * const standIns = new StandIns();
 * standIns.text('Ann, write to ann@example.org'); // 'Qwx, kjhgf be oiu@rtzxcvb.nml'
 */
export class StandIns {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, string>();

  /** @param key 32 bytes; random ones, which nobody keeps, without */
  constructor(key: Uint8Array = randomBytes(32)) {
    this.#key = key;
  }

  /** Pure but for the key. An instant stays one: when things happened is what is looked for. */
  text(text: string): string {
    if (INSTANT.test(text)) return text;
    const isId = !/\s/.test(text) && IN_IDS.test(text);
    return text.replace(PARTS, (run: string, at: number, whole: string) => {
      const isScheme = whole.startsWith('://', at + run.length);
      const isKept = KEPT.test(run) && (isScheme || run.startsWith('agent-'));
      return isKept || (isId && OWN_WORDS.has(run)) ? run : this.#standIn(run);
    });
  }

  /** A number of as many digits. */
  number(number: number): number {
    return Number(String(number).replace(/\d+/g, (run) => this.#standIn(run)));
  }

  #standIn(run: string): string {
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const made = this.#permuted(run);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(run, made);
    return made;
  }

  #permuted(run: string): string {
    const alphabets = [...run].map((char) => (HEX_ID.test(run) ? HEX : alphabetOf(char)));
    const places = [...run].map((char, at) => placeOf(char, alphabets[at] ?? LETTERS));
    if (places.length === 1) return this.#shifted(places, alphabets);
    const half = places.length >> 1;
    const halves = [
      { from: 0, to: half },
      { from: half, to: places.length },
    ] as const;
    const kinds = alphabets.map((alphabet) => alphabet.charAt(0)).join('');
    for (let round = 0; round < ROUNDS; round += 1) {
      const [changed, other] = round % 2 === 0 ? halves : [halves[1], halves[0]];
      const seen = places.slice(other.from, other.to).join(',');
      for (let at = changed.from; at < changed.to; at += 1) {
        const added = this.#numbers(`${round}:${kinds}:${seen}`, at);
        places[at] = ((places[at] ?? 0) + added) % (alphabets[at] ?? LETTERS).length;
      }
    }
    return written(places, alphabets);
  }

  /** One character alone is never its own stand-in. */
  #shifted([place = 0]: readonly number[], alphabets: readonly string[]): string {
    const { length } = alphabets[0] ?? LETTERS;
    const by = 1 + (this.#numbers(`one:${length}`, 0) % (length - 1));
    return written([(place + by) % length], alphabets);
  }

  /** A number that only the key tells, of 32 bits. */
  #numbers(of: string, at: number): number {
    const block = createHmac('sha256', this.#key)
      .update(`${of}:${at >> 3}`)
      .digest();
    return block.readUInt32LE((at & 7) * 4);
  }
}

function alphabetOf(char: string): string {
  if (DIGITS.includes(char)) return DIGITS;
  return CAPITALS.includes(char) ? CAPITALS : LETTERS;
}

/** Of a letter of another script some place. */
function placeOf(char: string, alphabet: string): number {
  const place = alphabet.indexOf(char);
  return place >= 0 ? place : (char.codePointAt(0) ?? 0) % alphabet.length;
}

const written = (places: readonly number[], alphabets: readonly string[]): string =>
  places.map((place, at) => (alphabets[at] ?? LETTERS).charAt(place)).join('');
