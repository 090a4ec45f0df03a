import { parseArgs } from 'node:util';
import { answerStartUp } from './answer-start-up.ts';
import { claudeLatency } from './claude-latency.ts';
import { fiftyAgents } from './fifty-agents.ts';
import { flood } from './flood.ts';
import { idleAgents } from './idle-agents.ts';
import { redisMirror } from './redis-mirror.ts';
import { replay } from './replay.ts';
import { start } from './start.ts';
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
  'idle-agents': idleAgents,
  'redis-mirror': redisMirror,
  replay,
  start,
  'telegram-latency': telegramLatency,
  throughput,
};

const { positionals } = parseArgs({ allowPositionals: true });
const chosen = positionals.length > 0 ? positionals : Object.keys(BENCHES);

for (const name of chosen) {
  const bench = BENCHES[name];
  if (bench === undefined) {
    process.stderr.write(`no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}\n`);
    process.exitCode = 2;
    continue;
  }
  process.stdout.write(`\n## ${name}\n\n${(await bench()).join('\n')}\n`);
}
