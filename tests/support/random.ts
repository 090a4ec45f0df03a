/** Random numbers that a seed brings back; the seed is CHAOS_SEED or a new one. */
export function random(
  seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31)),
): {
  seed: number;
  /** A whole number from 0 to below `limit`. */
  next: (limit: number) => number;
} {
  let state = seed;
  // mulberry32: small, and good enough to spread moments.
  const next = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { seed, next };
}
