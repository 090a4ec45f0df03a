import { createHash } from 'node:crypto';

/** Bits a name, and how many of them it sets: one name in 2,000 that is not in seems to be. */
const BITS = 16;
const SET = 8;

/**
 * A set of names that says of each whether it can be in it: never no to one that is (Bloom 1970). Two
 * bytes a name.
 *
 * @example
 * const filter = NameFilter.of(['agents.agent-0123456789ab']);
 * filter.mayHave('agents.agent-0123456789ab'); // true
 */
export class NameFilter {
  readonly #bits: Buffer;

  private constructor(bits: Buffer) {
    this.#bits = bits;
  }

  static of(names: Iterable<string>): NameFilter {
    const all = new Set(names);
    const filter = new NameFilter(Buffer.alloc(Math.max(8, Math.ceil((all.size * BITS) / 8))));
    for (const name of all) {
      for (const [byte, bit] of filter.#places(name)) {
        filter.#bits.writeUInt8(filter.#bits.readUInt8(byte) | bit, byte);
      }
    }
    return filter;
  }

  static parse(text: string): NameFilter {
    return new NameFilter(Buffer.from(text, 'base64'));
  }

  mayHave(name: string): boolean {
    return this.#places(name).every(([byte, bit]) => (this.#bits.readUInt8(byte) & bit) !== 0);
  }

  toString(): string {
    return this.#bits.toString('base64');
  }

  #places(name: string): [byte: number, bit: number][] {
    const hash = createHash('sha256').update(name).digest();
    return Array.from({ length: SET }, (_, index) => {
      const place = hash.readUInt32LE(index * 4) % (this.#bits.length * 8);
      return [place >> 3, 1 << (place & 7)];
    });
  }
}
