import { z } from 'zod';

/** `streams.<stream>.<name>`: what becomes of the log itself. */
export const logEvents = {
  /**
   * The events of a stretch of the log are in a file of the archive, whole, and read as if they still
   * stood here, from where they are taken away then (docs/decisions/0121-the-archive-of-the-log.md).
   */
  'log.archived': z.object({
    /** The first and the last sequence of the stretch. */
    from: z.int().positive(),
    to: z.int().positive(),
    /** How many there are; fewer than the stretch is long where some were removed by hand. */
    events: z.int().nonnegative(),
    /** Size of the file. */
    bytes: z.int().nonnegative(),
    /** Of the file, hexadecimal. */
    sha256: z.string(),
    /** Its name in the bucket. */
    object: z.string(),
  }),
  /**
   * A person was forgotten: what stood at these places of the log is no more, and their leaves alone are kept
   * (docs/decisions/0161-erasing-a-person.md). Whose they were is not said.
   */
  'log.erased': z.object({
    /** Drawn for this erasure, which may be stated by several events. */
    erasure: z.string(),
    /** Stretches, each by its first and its last sequence, in order. */
    places: z.array(z.tuple([z.int().positive(), z.int().positive()])),
  }),
};
