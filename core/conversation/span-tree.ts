/** What of a span says where it stands among others. */
type Placed = { id: string; parent?: string | undefined };

/**
 * Spans with what came of each right behind it, and how deep each stands; else in the order in which they are. What
 * belongs to none of them stands at the beginning of a line of its own. Pure.
 */
export function spanTree<S extends Placed>(spans: readonly S[]): { span: S; depth: number }[] {
  const known = new Set(spans.map(({ id }) => id));
  const below = Map.groupBy(spans, ({ parent }) =>
    parent !== undefined && known.has(parent) ? parent : undefined,
  );
  const seen = new Set<string>();
  const from = (parent: string | undefined, depth: number): { span: S; depth: number }[] =>
    (below.get(parent) ?? []).flatMap((span) => {
      // Two that belong to each other belong to none.
      if (seen.has(span.id)) return [];
      seen.add(span.id);
      return [{ span, depth }, ...from(span.id, depth + 1)];
    });
  return from(undefined, 0);
}
