import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** What tests start as processes: the command and the services, by the names of their bundles. */
const SOURCES = {
  orchestrator: 'cli/main.ts',
  spawner: 'spawner/main.ts',
  projections: 'projections/main.ts',
  redis: 'projections/redis/main.ts',
  bot: 'bot/main.ts',
} as const;

/** Node's own arguments for a start of the system: those of `npm start`. */
export const START_FLAGS = ['--max-semi-space-size=2'];

export type ProgramName = keyof typeof SOURCES;

/**
 * The script of a program: its bundle, which is what people run and takes half the CPU to start. AVA's
 * configuration has the bundles brought up to date before a run and says so by TEST_PROGRAMS; where it does
 * not, and in a file whose children are measured for coverage, it is the source.
 */
export function programOf(name: ProgramName): string {
  const { TEST_PROGRAMS: programs, NODE_V8_COVERAGE: measured } = process.env;
  const isBundled = programs === 'bundles' && measured === undefined;
  return join(ROOT, isBundled ? `dist/${name}.cjs` : SOURCES[name]);
}

/** In the command line of a process: which of the services it runs. */
export function serviceOf(commandLine: string): ProgramName | undefined {
  // The last of the path's words that names one: `projections/redis/main.ts` is Redis's.
  const [, bundle, folder] =
    /\/(?:dist\/(bot|projections|redis|spawner)\.cjs|(bot|projections|redis|spawner)\/main\.ts)$/.exec(
      commandLine,
    ) ?? [];
  // Both are names of programs.
  return (bundle ?? folder) as ProgramName | undefined;
}
