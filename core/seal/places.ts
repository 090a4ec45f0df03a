/** Stretches of sequences, each by its first and its last, in order and without any in common. */
export type Stretches = readonly (readonly [from: number, to: number])[];

/** Sequences as stretches. Pure. */
export function stretchesOf(sequences: Iterable<number>): [number, number][] {
  const stretches: [number, number][] = [];
  for (const sequence of [...new Set(sequences)].sort((a, b) => a - b)) {
    const last = stretches.at(-1);
    if (last !== undefined && sequence === last[1] + 1) last[1] = sequence;
    else stretches.push([sequence, sequence]);
  }
  return stretches;
}

/** A set of places of the log, as stretches. */
export class Places {
  readonly stretches: Stretches;
  /** How many places. */
  readonly size: number;

  /** @param all in any order, and they may overlap */
  constructor(all: Stretches) {
    const joined: [number, number][] = [];
    for (const [from, to] of [...all].sort((a, b) => a[0] - b[0])) {
      const last = joined.at(-1);
      if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
      else joined.push([from, to]);
    }
    this.stretches = joined;
    this.size = joined.reduce((sum, [from, to]) => sum + to - from + 1, 0);
  }

  has(sequence: number): boolean {
    return this.within(sequence, sequence).length > 0;
  }

  /** The places from one to another, in order. */
  within(from: number, to: number): number[] {
    const found: number[] = [];
    for (let at = this.#firstBehind(from); at < this.stretches.length; at += 1) {
      const [first = 0, last = 0] = this.stretches[at] ?? [];
      if (first > to) break;
      const [low, high] = [Math.max(first, from), Math.min(last, to)];
      for (let sequence = low; sequence <= high; sequence += 1) found.push(sequence);
    }
    return found;
  }

  /** The index of the first stretch that does not end before a place, by halves. */
  #firstBehind(place: number): number {
    let [low, high] = [0, this.stretches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.stretches[middle]?.[1] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
