/**
 * Of sequences in their order, the index of the one that is nearest to the one before it: it is missed least. The
 * place before the first is 0. -1 for none.
 */
export function leastMissed(sequences: readonly number[]): number {
  let found = -1;
  let least = Number.POSITIVE_INFINITY;
  for (const [index, sequence] of sequences.entries()) {
    const gap = sequence - (sequences[index - 1] ?? 0);
    if (gap >= least) continue;
    least = gap;
    found = index;
  }
  return found;
}
