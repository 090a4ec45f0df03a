import process from 'node:process';

/** The real agent CLIs take minutes and 1.5 GB: in CI always, else by `npm run test:agents`. */
const withAgents = Boolean(process.env.CI || process.env.AGENTS);
if (!withAgents) {
  process.stderr.write('left out: tests/agents (the real agent CLIs); npm run test:agents\n');
}

export default {
  extensions: ['ts'],
  files: ['tests/**/*.test.ts', ...(withAgents ? [] : ['!tests/agents/conformance/*.test.ts'])],
  timeout: '2m',
  concurrency: 2,
  serial: true,
};
