/**
 * The first `major.minor.patch` in a program's own words (`nats-server: v2.15.1`, `v24.21.0`).
 * A pre-release counts as the version that it leads to.
 *
 * @param {string} text
 * @returns {string | undefined} undefined where there is none
 */
export function versionIn(text) {
  const found = /(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? found[0] : undefined;
}

/**
 * @param {string} a `major.minor.patch`
 * @param {string} b
 * @returns {number} below 0 where `a` is the older, 0 where they are the same
 */
export function compareVersions(a, b) {
  const ours = a.split('.').map(Number);
  const theirs = b.split('.').map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (ours[i] || 0) - (theirs[i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * @param {string} version `major.minor.patch`
 * @param {string} oldest
 */
export function isAtLeast(version, oldest) {
  return compareVersions(version, oldest) >= 0;
}
