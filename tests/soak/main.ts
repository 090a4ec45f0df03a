import { appendFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cleanup } from '../bench/measure.ts';
import { environment, orchestrator } from '../support/system.ts';
import { count } from './counts.ts';
import { followOutput } from './operators.ts';
import { OlderClient, Operator, Person } from './places.ts';
import { report } from './report.ts';
import { type Sample, takeSample } from './samples.ts';
import { verdicts } from './verdict.ts';
import { PEOPLE, startWorld } from './world.ts';

/**
 * `npm run soak`: the whole system under a steady load for SOAK_MINUTES (60), and what its processes
 * hold meanwhile. Prints Markdown for docs/reliability.md; exits 1 where something was lost, doubled
 * or leaks.
 */
const MINUTES = Number(process.env.SOAK_MINUTES ?? 60);
/** Every sample as it was taken, one a line. */
const FILE = process.env.SOAK_FILE ?? join(tmpdir(), 'orchestrator-soak.jsonl');
const ROUND_MS = 5_000;
const SAMPLE_MS = 30_000;
const REPLACE_MS = 60_000;

if (!(MINUTES > 0)) {
  process.stderr.write(`SOAK_MINUTES=${process.env.SOAK_MINUTES} is no number of minutes\n`);
  process.exit(2);
}
await using cleanup = new Cleanup();
const world = await startWorld(cleanup);
const { system } = world;
const people = PEOPLE.map((user) => new Person(world, user));
const operators = [new Operator(world), new Operator(world)] as const;
const places = [...people, ...operators, new OlderClient(world)];
const cli = environment(system.dataDir);
const samples: Sample[] = [];
writeFileSync(FILE, '');

// Ctrl-C ends the load early: what was measured is told.
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
const begin = performance.now();
const passed = () => performance.now() - begin;
const isGoingOn = () => passed() < MINUTES * 60_000 && !interrupted.signal.aborted;
let [sampled, replaced, replacements] = [0, 0, 0];
for (let round = 1; isGoingOn(); round += 1) {
  const next = passed() + ROUND_MS;
  await Promise.all(places.map((place) => place.exchange(round)));
  if (passed() - replaced >= REPLACE_MS) {
    replaced = passed();
    const operator = operators[replacements % 2 === 0 ? 0 : 1];
    replacements += 1;
    await operator.replace();
    await followOutput(operator.agents.at(-1) ?? '', cli);
    const agents = await orchestrator(['agents', '--json'], { env: cli });
    if (agents.code !== 0) throw new Error(agents.stderr);
  }
  if (passed() - sampled >= SAMPLE_MS) {
    sampled = passed();
    await takeNext();
  }
  await delay(Math.max(0, next - passed()));
}
await takeNext();

const verified = await orchestrator(['verify'], { env: cli });
if (verified.code !== 0) throw new Error(`verify: ${verified.stderr}`);
const counts = await count(world, places);
const judged = verdicts(samples);
process.stdout.write(`${report(samples, judged, counts).join('\n')}\n`);
const { messages: _all, endedAgents: _ended, ...wrong } = counts;
const isWell = judged.every(({ leaks }) => leaks.length === 0);
process.exitCode = isWell && Object.values(wrong).every((number) => number === 0) ? 0 : 1;

async function takeNext(): Promise<void> {
  const messages = places.reduce((sum, { said }) => sum + said.length, 0);
  const sample = await takeSample(world, { minutes: passed() / 60_000, messages });
  samples.push(sample);
  appendFileSync(FILE, `${JSON.stringify(sample)}\n`);
}
