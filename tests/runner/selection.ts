import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseImages } from '../support/docker/base-images.ts';
import { dockerEngine } from '../support/docker/engine.ts';
import { mayHavePrivateEngine } from '../support/docker/private-engine.ts';
import { agentSources } from './agent-sources.ts';
import { recordedCosts } from './file-costs.ts';
import { hasRealClis } from './real-clis.ts';
import { testImports } from './test-imports.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** With other people's programs, 1.5 GB of them. */
const REAL_CLIS = [
  'tests/agents/conformance/{claude,codex,droid,gemini,opencode}*.test.ts',
  'tests/agents/conformance/{switching,added-kind}.test.ts',
  'tests/e2e/{,docker-}mend-a-test.test.ts',
  'tests/e2e/docker-what-if.test.ts',
];
/**
 * A CLI that is no kind of ours, by configuration and by a page that adds it: what it says is played to our driver in each run
 * (agents/host/transcripts), and a page adds a kind in each (docs/add-an-agent). A start of it takes some ten seconds of CPU.
 */
const OPENCODE = ['opencode', 'added-kind'].map(
  (name) => `tests/agents/conformance/${name}.test.ts`,
);
const DOCKER = [
  'tests/{compose,images}/**',
  'tests/**/docker-*.test.ts',
  'tests/agents/conformance/*-in-a-*',
];
const CHAOS = ['tests/chaos/**'];

export interface Selection {
  /** For `files` of AVA's configuration. */
  files: string[];
  /** What the run goes without, and how to have it. */
  leftOut: string[];
  /** Real agents are held to their whole suite, not only to what their CLIs alone can show. */
  wholeAgentSuite: boolean;
}

interface Part {
  files: readonly string[];
  why: string;
}

/**
 * Which tests a run has: with `TESTS=quick` the inner loop's, chosen by what a file imports and took, with `TESTS=agents` the whole suite of
 * agents, else all that the machine has what it takes for. CI goes without nothing.
 */
export async function selection(env: NodeJS.ProcessEnv): Promise<Selection> {
  const parts = env.TESTS === 'quick' ? [innerLoop()] : [realClis(env), await docker(env)];
  const left = parts.filter((part) => part !== undefined);
  const wholeAgentSuite = env.TESTS === 'agents' || (Boolean(env.CI) && !isReported());
  if (hasRealClis(env) && env.TESTS !== 'quick' && !wholeAgentSuite) left.push(REST_OF_AGENTS);
  return {
    files: ['tests/**/*.test.ts', ...left.flatMap(({ files }) => files.map((each) => `!${each}`))],
    leftOut: left.map(({ why }) => why),
    wholeAgentSuite,
  };
}

/** What starts whole systems, spawners with their agents, or containers; a nats-server alone is cheap. */
const DEAR = [
  'system.ts',
  'spawner.ts',
  'spawner-process.ts',
  'own-nats.ts',
  'chromium.ts',
  'redis.ts',
  'transcripts/puppet-stage.ts',
].map((name) => `tests/support/${name}`);

/** Of CPU (file-costs.ts); a file with four nats-servers takes as much. */
const QUICK_STARTS = 4;

/** Whether a file is of the inner loop: by what it imports, and by what it took when that was recorded. */
export function isQuick(file: string, starts = 0): boolean {
  const imports = testImports(file);
  return !DEAR.some((dear) => imports.has(dear)) && starts <= QUICK_STARTS;
}

function innerLoop(): Part {
  const costs = recordedCosts();
  const all = globSync('tests/**/*.test.ts', { cwd: ROOT });
  const dear = all.filter((file) => !isQuick(file, costs.get(file)));
  return {
    files: [...DOCKER, ...REAL_CLIS, ...CHAOS, ...dear],
    why: `Docker, the real agent CLIs, chaos, whole systems and spawners, and what takes more CPU than ${QUICK_STARTS} starts of a file (npm test)`,
  };
}

const PRIVATE_ENGINE: Part = {
  files: ['tests/chaos/docker-*.test.ts', 'tests/spawner/runtime/docker-daemon.test.ts'],
  why: 'what ends a Docker daemon (needs root and dockerd)',
};

/** The files of the other agents leave out tests themselves (tests/agents/conformance/support/conformance.ts). */
const REST_OF_AGENTS: Part = {
  files: OPENCODE,
  why: 'what holds of agents whichever CLI they are, and OpenCode itself (npm run test:agents)',
};

const realClis = (env: NodeJS.ProcessEnv): Part | undefined =>
  hasRealClis(env) ? undefined : { files: REAL_CLIS, why: 'the real agent CLIs (npm run agents)' };

/** In CI they are not left out: where there is no engine, they fail. */
async function docker(env: NodeJS.ProcessEnv): Promise<Part | undefined> {
  if (env.CI) return undefined;
  try {
    const engine = await dockerEngine();
    if (engine === undefined) throw new Error('no engine answers: npm run setup:docker');
    await baseImages(engine);
    return (await mayHavePrivateEngine()) ? undefined : PRIVATE_ENGINE;
  } catch (error) {
    return { files: DOCKER, why: `Docker (${error instanceof Error ? error.message : error})` };
  }
}

/** Whether the last report of the whole suite is of the agents as they are. */
function isReported(): boolean {
  const file = join(ROOT, 'docs', 'agents.json');
  const report: { of?: { sources?: string } } = JSON.parse(readFileSync(file, 'utf8'));
  return report.of?.sources !== undefined && report.of.sources === agentSources()?.sources;
}
