import { z } from 'zod';

/**
 * The values that schemas list (`z.enum`, `z.literal`), by the key under which they stand: they are words of ours,
 * and nothing that somebody has written. Pure.
 */
export function keptValues(
  schemas: readonly z.ZodType[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const seen = new Set<unknown>();
  for (const schema of schemas) collect(schema, '', found, seen);
  return found;
}

function collect(
  schema: unknown,
  key: string,
  found: Map<string, Set<string>>,
  seen: Set<unknown>,
): void {
  if (!(schema instanceof z.ZodType)) return;
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodLiteral) {
    const values = found.get(key) ?? new Set();
    const listed: Iterable<unknown> =
      schema instanceof z.ZodEnum ? schema.options : schema.values.values();
    for (const value of listed) if (typeof value === 'string') values.add(value);
    found.set(key, values);
    return;
  }
  if (seen.has(schema)) return;
  seen.add(schema);
  if (schema instanceof z.ZodObject) {
    for (const [name, each] of Object.entries(schema.shape)) collect(each, name, found, seen);
    return;
  }
  for (const inner of innerOf(schema)) collect(inner, key, found, seen);
}

/** The schemas that one is made of. */
function innerOf(schema: z.ZodType): unknown[] {
  if (schema instanceof z.ZodUnion) return [...schema.options];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return [schema.unwrap()];
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodReadonly) {
    return [schema.def.innerType];
  }
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  if (schema instanceof z.ZodIntersection) return [schema.def.left, schema.def.right];
  return [];
}
