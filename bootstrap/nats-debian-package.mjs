/* c8 ignore start -- only on Debian, only where neither PATH, cache nor release has a nats-server. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDebianPackages } from './debian-package.mjs';

/** Debian 13's own is 2.10, so the stable suites need not be asked. */
const SUITES = ['sid', 'testing'];

/**
 * Debian's packages, unpacked and not installed: the machine is not changed, and no root is needed.
 *
 * @returns {import('./nats-server.mjs').NatsServerSource[]} none where the machine has no apt
 */
export function debianPackages() {
  if (!existsSync('/usr/bin/apt-get') || !existsSync('/usr/bin/dpkg')) return [];
  return SUITES.map((suite) => ({
    name: `Debian's package of ${suite}`,
    fetch: async (folder) =>
      join(await unpackDebianPackages(suite, ['nats-server'], folder), 'usr/sbin/nats-server'),
  }));
}
