import process from 'node:process';

/**
 * Tells the person what is being done. On stderr: stdout belongs to the command that follows.
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`orchestrator: ${line}\n`);
}
