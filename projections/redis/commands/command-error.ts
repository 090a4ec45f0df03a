/** A command that cannot be done; the message is the reply's `error`, in the older service's words. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
