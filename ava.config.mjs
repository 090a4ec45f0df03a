import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { bundleCli } from './bootstrap/bundle.mjs';
import { say } from './bootstrap/say.mjs';
import { longestFirst } from './tests/runner/longest-first.ts';
import { selection } from './tests/runner/selection.ts';
import { timesFolder } from './tests/runner/slowest-files.ts';

/**
 * Tests wait, but compute more: with three files on two cores these idled for a fiftieth of the run, at a load of 15, and a CLI that
 * starts within seconds was not ready within a minute.
 */
const FILES_PER_CORE = 1;

/** What comes from it was compiled without counters, so a measured run goes without. */
const compileCache = process.env.NODE_V8_COVERAGE
  ? {}
  : { NODE_COMPILE_CACHE: join(import.meta.dirname, '.cache', 'compiled') };

const { files, leftOut, wholeAgentSuite } = await selection(process.env);

/** The processes that tests start run what people run, of the sources as they are now (tests/support/programs.ts). */
async function programs() {
  // For whoever follows a stack trace.
  if (process.env.TEST_PROGRAMS === 'sources') return 'sources';
  try {
    await bundleCli({ root: import.meta.dirname, say });
    return 'bundles';
  } catch (error) {
    say(`the tests start sources: ${error instanceof Error ? error.message : error}`);
    return 'sources';
  }
}

export default {
  extensions: ['ts'],
  files,
  timeout: '2m',
  // Each file in a process of its own, since what a large one forks costs it more than starting it. Those of the inner loop fork
  // next to nothing: as threads they cost two thirds.
  workerThreads: process.env.TESTS === 'quick',
  // Stripping types (stripped-types.ts) is called experimental by Node's releases of today.
  nodeArguments: ['--disable-warning=ExperimentalWarning'],
  sortTestFiles: longestFirst,
  concurrency: Math.max(2, FILES_PER_CORE * availableParallelism()),
  require: ['no-source-maps', 'stripped-types', 'in-turn', 'child-processes', 'file-time'].map(
    (name) => `./tests/runner/${name}.ts`,
  ),
  environmentVariables: {
    ...compileCache,
    TEST_PROGRAMS: await programs(),
    TEST_TIMES: timesFolder(leftOut),
    WHOLE_AGENT_SUITE: String(wholeAgentSuite),
  },
};
