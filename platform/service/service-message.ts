/** What a service process tells its supervisor over IPC. */
export type ServiceMessage =
  | { ready: true }
  | { failed: string }
  /** It goes on, but an operator has to do something: a line with its cure. */
  | { notice: string };

/** Reads what came over IPC; undefined for anything else. */
export function parseServiceMessage(message: unknown): ServiceMessage | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  if ('ready' in message && message.ready === true) return { ready: true };
  if ('failed' in message && typeof message.failed === 'string') return { failed: message.failed };
  if ('notice' in message && typeof message.notice === 'string') return { notice: message.notice };
  return undefined;
}
