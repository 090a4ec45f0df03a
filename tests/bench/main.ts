import { parseArgs } from 'node:util';
import { answerStartUp } from './answer-start-up.ts';
import { claudeLatency } from './claude-latency.ts';
import { fiftyAgents } from './fifty-agents.ts';
import { flood } from './flood.ts';
import { floodedReaders } from './flooded-readers.ts';
import { idleAgents } from './idle-agents.ts';
import { peers } from './peers/peers.ts';
import { redisMirror } from './redis-mirror.ts';
import { replay } from './replay.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { stateAt } from './state-at.ts';
import { telegramLatency } from './telegram-latency.ts';
import { throughput } from './throughput.ts';

/**
 * `npm run bench [-- name …]`: what the system costs on this machine, each figure beside what it is
 * a ratio of in the same run. Prints Markdown for docs/performance.md.
 */
const BENCHES: Record<string, () => Promise<string[]>> = {
  'answer-start-up': answerStartUp,
  'claude-latency': claudeLatency,
  'fifty-agents': fiftyAgents,
  flood,
  'flooded-readers': floodedReaders,
  'idle-agents': idleAgents,
  'redis-mirror': redisMirror,
  replay,
  scale,
  start,
  'state-at': stateAt,
  'telegram-latency': telegramLatency,
  throughput,
};

/** By their names only: they install other people's programs. */
const ON_DEMAND: typeof BENCHES = { peers };

const { positionals } = parseArgs({ allowPositionals: true });
const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHES);

for (const name of chosen) {
  const bench = BENCHES[name] ?? ON_DEMAND[name];
  if (bench === undefined) {
    const names = [...Object.keys(BENCHES), ...Object.keys(ON_DEMAND)];
    process.stderr.write(`no bench ${name}; there are ${names.join(', ')}\n`);
    process.exitCode = 2;
    continue;
  }
  process.stdout.write(`\n## ${name}\n\n${(await bench()).join('\n')}\n`);
}
