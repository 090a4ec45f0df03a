/**
 * What the reply subject of a delivered message tells: `$JS.ACK.<stream>.<consumer>.<tries>.<sequence>.
 * <delivery>.<nanoseconds>.<pending>`, since ADR-15 with `<domain>.<account>` before the stream and a
 * token at the end. Its tokens as they were before that.
 */
export function deliveryTokens(reply: string): readonly string[] {
  const tokens = reply.split('.');
  return tokens.length > 9 ? tokens.slice(2) : tokens;
}

/** The message's place in its stream. */
export const sequenceOf = (tokens: readonly string[]): number => Number(tokens[5]);

/** Counts from 1 in its consumer: a gap means that one was lost on the way. */
export const deliveryOf = (tokens: readonly string[]): number => Number(tokens[6]);
