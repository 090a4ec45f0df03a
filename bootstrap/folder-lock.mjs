import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The holder touches its lock this often, ms. */
const TOUCH_MS = 5_000;
/** A lock that was not touched for this long, ms, has lost its holder, whatever its pid says. */
const STALE_MS = 60_000;
const RETRY_MS = 200;

let taken = 0;

/**
 * Does `work` while no other process (of this or any other program) holds the lock at `path`.
 * A lock whose holder is gone is taken over; a living one is waited for, however long it works.
 *
 * @template T
 * @param {string} path the folder that is the lock; its parent is made where missing
 * @param {() => Promise<T>} work must not block the event loop for a minute
 * @param {{ onWait?: (holder: string) => void }} [options] `onWait` is told once who is waited for
 * @returns {Promise<T>}
 */
export async function withFolderLock(path, work, { onWait } = {}) {
  await take(path, onWait);
  const touching = setInterval(() => touch(path), TOUCH_MS);
  try {
    return await work();
  } finally {
    clearInterval(touching);
    rmSync(path, { recursive: true, force: true });
  }
}

/** @param {string} path @param {((holder: string) => void) | undefined} onWait */
async function take(path, onWait) {
  let told = false;
  while (!tryTake(path)) {
    const holder = holderOf(path);
    if (holder && isGone(path, holder)) {
      putAside(path, holder);
      continue;
    }
    if (!told && holder) onWait?.(holder);
    told = true;
    await sleep(RETRY_MS);
  }
}

/**
 * The folder is renamed into place with its holder's name already in it, so that a lock without a
 * holder is never seen: renaming onto a folder that is not empty fails.
 *
 * @param {string} path
 */
function tryTake(path) {
  taken += 1;
  const mine = `${path}.${process.pid}.${taken}`;
  mkdirSync(dirname(path), { recursive: true });
  mkdirSync(mine);
  writeFileSync(join(mine, 'holder'), `${hostname()} ${process.pid}`);
  try {
    renameSync(mine, path);
    return true;
  } catch (error) {
    rmSync(mine, { recursive: true, force: true });
    const code = /** @type {NodeJS.ErrnoException} */ (error).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** @param {string} path @returns {string | undefined} `host pid` */
function holderOf(path) {
  try {
    return readFileSync(join(path, 'holder'), 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} path @param {string} holder */
function isGone(path, holder) {
  const [host, pid] = holder.split(' ');
  if (host === hostname() && !isAlive(Number(pid))) return true;
  try {
    return Date.now() - statSync(path).mtimeMs > STALE_MS;
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is somebody else's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * Another process may have taken the lock over since it was looked at; then what was put aside is
 * the new holder's, and goes back.
 *
 * @param {string} path
 * @param {string} goneHolder
 */
function putAside(path, goneHolder) {
  const aside = `${path}.${process.pid}.gone`;
  try {
    renameSync(path, aside);
    if (holderOf(aside) !== goneHolder) renameSync(aside, path);
  } catch {
    // Somebody else was faster; the next try sees how things stand.
  }
  rmSync(aside, { recursive: true, force: true });
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Gone: `work` is ending, or a person removed it.
  }
}
