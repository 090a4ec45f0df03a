import type { StoredMessage } from '../../core/log/stored-message.ts';

/** All that a reader sees of a statement but what is of its own: id, time, place. */
export function seenEvent(message: StoredMessage): unknown[] {
  const read = (name: string) => message.header(name);
  const names = ['ce-specversion', 'ce-type', 'ce-source', 'ce-dataschema', 'ce-correlationid'];
  const ids = [read('ce-id') === read('nats-msg-id'), /^\d{4}-.*Z$/.test(read('ce-time') ?? '')];
  return [message.subject, String(message.payload), ...names.map(read), ...ids];
}
