/**
 * Asks again only when the last answer is `freshMs` milliseconds old: everybody in between gets that
 * one, and everybody who comes while it is asked for waits for the same. For what is open to anybody
 * and costs more than it takes to ask for. A failure is not kept.
 *
 * @example
 * const health = freshAnswer(1_000, () => askAllServices());
 */
export function freshAnswer<T>(freshMs: number, ask: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  let freshUntil = Number.POSITIVE_INFINITY;
  const asked = async () => {
    freshUntil = Number.POSITIVE_INFINITY;
    try {
      const answer = await ask();
      freshUntil = performance.now() + freshMs;
      return answer;
    } catch (error) {
      freshUntil = 0;
      throw error;
    }
  };
  return () => {
    if (kept === undefined || performance.now() >= freshUntil) kept = asked();
    return kept;
  };
}
