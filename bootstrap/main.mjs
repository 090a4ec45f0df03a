// Runs before anything is installed, on the machine's own Node: no dependency, and no syntax in
// this file that an old Node could not parse, or it could not say that it is too old.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isAtLeast } from './version.mjs';

const OLDEST_NODE = '20.0.0';
const JOBS = ['start', 'test', 'build', 'agents', 'package'];

/** @param {string} job one of JOBS @param {readonly string[]} names of agents, for `agents` */
async function prepare(job, names) {
  const { say } = await import('./say.mjs');
  const { ensurePackages } = await import('./packages.mjs');
  const { findNatsServer } = await import('./nats-server.mjs');
  const { bundleCli } = await import('./bundle.mjs');

  const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
  const env = process.env;
  const since = new Date();
  // Some agents are for whoever runs them, all are for the tests.
  const isTest = job === 'test' || (job === 'agents' && names.length === 0);
  await ensurePackages({ root, env, say, scope: isTest ? 'all' : 'runtime' });
  if (job === 'package') {
    const { makePackage } = await import('./package.mjs');
    await makePackage({ root, say });
    return;
  }
  const server =
    job === 'build' ? undefined : await findNatsServer({ root, env, say, allowDownload: true });
  await bundleCli({ root, say });
  if (job === 'start' && server !== undefined) {
    const { notePrepared } = await import('./prepared.mjs');
    notePrepared({ root, server, env, since });
  }
  // CI holds the real agents to their suite with every run.
  if (job === 'agents' || (job === 'test' && env.CI)) {
    const { ensureAgents } = await import('./agents.mjs');
    await ensureAgents({ root, env, say, names });
  }
}

/** @param {unknown} error @returns {string} one line for the person; the story is for DEBUG only */
function lineFor(error) {
  if (!(error instanceof Error)) return String(error);
  if (process.env.ORCHESTRATOR_DEBUG && error.stack) return error.stack;
  if (error.name === 'BootstrapError') return error.message;
  const line = error.message.split('\n')[0];
  return `the preparation failed: ${line} (ORCHESTRATOR_DEBUG=1 shows where)`;
}

/** @param {string} line @returns {never} */
function fail(line) {
  // stdout belongs to the command that follows: `npm start --silent` prints answers there.
  process.stderr.write(`orchestrator: ${line}\n`);
  process.exit(1);
}

const job = process.argv[2] || '';
if (!isAtLeast(process.versions.node, OLDEST_NODE)) {
  fail(`Node ${process.versions.node} is too old; install Node 20 or newer (https://nodejs.org)`);
}
if (JOBS.indexOf(job) < 0) fail(`usage: node bootstrap/main.mjs ${JOBS.join('|')} [<agent> …]`);
prepare(job, process.argv.slice(3)).catch((error) => fail(lineFor(error)));
