import { z } from 'zod';
import { token, visibleName } from './parts.ts';

/**
 * A file that goes with a message, kept in pieces on `agents.<id>.file.<fileId>` of the stream
 * FILES. Its name is a plain one: no folder, nothing hidden.
 */
export const fileReference = z.object({
  fileId: token,
  name: visibleName.regex(/^[^./\\\0][^/\\\0]{0,199}$/u, 'a plain file name'),
  /** Bytes. */
  size: z.int().nonnegative(),
  /** Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  pieces: z.int().nonnegative(),
});
export type FileReference = z.infer<typeof fileReference>;
