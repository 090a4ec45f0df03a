/** Those that take longest, as the report of the slowest files had them, the longest first. */
const LONGEST = [
  'cli/start/start',
  'cli/operator',
  'spawner/runtime/docker-runtime',
  'compose/compose',
  'chaos/docker-chaos',
  'spawner/runtime/local-runtime',
  'cli/chat/chat',
  'cli/start/docker-start',
  'agents/conformance/droid-in-a-container',
  'chaos/dependencies-away',
  'agents/host/transcripts',
  'security/matrix',
  'cli/agent-says',
  'spawner/quotas',
  'agents/conformance/switching',
].map((name) => `tests/${name}.test.ts`);

/**
 * The order in which AVA starts files (`sortTestFiles`): the longest first, so that at the end of a
 * run no core waits for one that was begun last. Which file it is does not matter to the others.
 */
export const longestFirst = (a: string, b: string): number => place(a) - place(b);

function place(file: string): number {
  const at = LONGEST.findIndex((each) => file.endsWith(each));
  return at < 0 ? LONGEST.length : at;
}
