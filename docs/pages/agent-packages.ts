import { AGENT_KINDS } from '../../agents/agent-kinds.ts';

/** The example of an ACP agent that the conformance suite runs; in no image. */
const OF_TESTS = { package: 'opencode-ai', version: '1.18.33' };

/**
 * `images/agents/package.json`: the CLIs of all kinds, as `npm run agents` and the worker image install
 * them. After a change: `npm install --package-lock-only --prefix images/agents`.
 */
export function agentPackages(): string {
  const clis = AGENT_KINDS.flatMap(({ cli }) => cli ?? []);
  const withScripts = [...clis.filter(({ installs }) => installs), OF_TESTS];
  const versions = (packages: typeof clis) =>
    Object.fromEntries(packages.map((each) => [each.package, each.version]).sort());
  const manifest = {
    name: 'orchestrator-agents',
    private: true,
    description: 'The agent CLIs, in the versions that the conformance suite holds them in',
    license: 'MIT',
    dependencies: versions(clis),
    devDependencies: versions([OF_TESTS]),
    allowScripts: Object.fromEntries(withScripts.map((each) => [each.package, true]).sort()),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
