import { z } from 'zod';
import { MAX_FILE_BYTES, MAX_FILE_PIECES } from '../limits.ts';
import { token, visibleName } from './parts.ts';

/**
 * A file that goes with a message, kept in pieces on `agents.<id>.file.<fileId>` of the stream
 * FILES. Its name is a plain one: no folder, nothing hidden, no control character, at most 200
 * characters. At most 50 MiB in 4,096 pieces: its reader takes no more into memory.
 */
export const fileReference = z.object({
  fileId: token,
  name: visibleName.regex(/^[^./\\][^/\\]{0,199}$/u, 'a plain file name'),
  /** Bytes. */
  size: z.int().nonnegative().max(MAX_FILE_BYTES),
  /** Hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  pieces: z.int().nonnegative().max(MAX_FILE_PIECES),
});
export type FileReference = z.infer<typeof fileReference>;
