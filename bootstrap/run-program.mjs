import { spawn } from 'node:child_process';
import process from 'node:process';

/**
 * @typedef {object} Outcome
 * @property {boolean} ok it ran and ended with exit code 0
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} [reason] where not ok: `exit code 1`, `not found`, `took longer than 5 s`, …
 */

/**
 * Runs a program to its end with no stdin. Never rejects: the outcome says how it went.
 *
 * @param {string} program a path, or a name that is looked up on the PATH of `env`
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options] `timeoutMs`:
 *   after which it is killed; none unless given
 * @returns {Promise<Outcome>}
 */
export function runProgram(program, args, { cwd, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    let late = false;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            child.kill('SIGKILL');
          }, timeoutMs);

    /** @param {string | undefined} reason */
    const finish = (reason) => {
      clearTimeout(timer);
      resolve(
        reason === undefined ? { ok: true, stdout, stderr } : { ok: false, stdout, stderr, reason },
      );
    };
    child.on('error', (error) => finish(startFailure(error)));
    child.on('close', (code, signal) => {
      if (late) finish(`took longer than ${(timeoutMs ?? 0) / 1000} s`);
      else if (code === 0) finish(undefined);
      else finish(signal ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
}

/** @param {NodeJS.ErrnoException} error */
function startFailure(error) {
  if (error.code === 'ENOENT') return 'not found';
  if (error.code === 'EACCES') return 'not executable';
  return error.code ?? error.message;
}
