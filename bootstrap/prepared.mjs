import { realpathSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Notes that all was as it should be at a moment, for `prepared.sh` to compare with.
 *
 * @param {object} order
 * @param {string} order.root the checkout
 * @param {import('./nats-server.mjs').NatsServer} order.server
 * @param {NodeJS.ProcessEnv} order.env
 * @param {Date} order.since the moment before anything was looked at: what changes meanwhile counts as later
 */
export function notePrepared({ root, server, env, since }) {
  const note = join(root, 'dist', '.prepared');
  const setting = `=${env.ORCHESTRATOR_NATS_SERVER ?? ''}`;
  const lines = [realpathSync(root), server.origin, server.path, setting];
  // A line break in one of them would be read as two: then it never fits, and Node looks.
  writeFileSync(note, `${lines.join('\n')}\n`);
  utimesSync(note, since, since);
}
