/** A failure whose message is one line for a person: what is wrong, and what to do about it. */
export class BootstrapError extends Error {
  /** @override */
  name = 'BootstrapError';
}
