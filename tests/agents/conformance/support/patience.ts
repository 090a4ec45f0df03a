/**
 * How long a real CLI may take for a step, in ms. OpenCode uses some ten seconds of CPU to start, so
 * beside other tests it takes minutes.
 */
export const PATIENCE_MS = 300_000;
