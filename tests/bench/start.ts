import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { checkpointedFollower } from '../../core/projection/checkpointed-follower.ts';
import { hashInSlices } from '../../core/projection/hash-in-slices.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { SpawnerNode } from '../support/spawner-process.ts';
import { startSpawners } from '../support/spawner-process.ts';
import { archivedEvent, endedAgent } from './ended-agent.ts';
import { longestTurn, type Turns } from './longest-turn.ts';
import { Cleanup, median, round, timed } from './measure.ts';

/** Agents that have ended, of 100 events each. */
const AGENTS = Number(process.env.BENCH_AGENTS ?? 1_000);

const ROUNDS = 9;

/** Atomic batches that are on their way at the same time. */
const AT_ONCE = 8;

/** What a spawner's start costs by what its log has; and what keeps its loop from everybody else. */
export async function start(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const spawners = await startSpawners(cleanup);
  const { log } = spawners;
  const dataDir = spawners.place();
  const node = await spawners.spawner('bench', dataDir);
  await node.stop();
  const rows: string[] = [];
  const measure = async (what: string) => rows.push(await startRow(what, node, log));
  await measure('an empty log');
  const agents = Array.from({ length: AGENTS }, (_, at) => `agent-${hex(at)}`);
  const appended = await timed(() =>
    inParallel(agents, (agentId) => append(log, endedAgent(agentId))),
  );
  await measure(`${AGENTS} ended agents, none of it in the checkpoint`);
  await measure('the same, from the checkpoint');
  const archived = agents.map((agentId) => archivedEvent(agentId));
  const changes = archived.splice(0, ROUNDS);
  const blocked = await blocking(log, join(dataDir, 'bench.jsonl'), changes);
  for (let at = 0; at < archived.length; at += 500) await append(log, archived.slice(at, at + 500));
  await measure('all of them archived since');
  await measure('the same, from the checkpoint');
  const events = await log.lastSequence('EVENTS');
  return [
    '| spawner, start to ready | ms | RSS at ready, MiB | at most |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    `${events} events in all, appended in ${round(appended / 1000)} s.`,
    '',
    ...blocked,
  ];
}

async function startRow(what: string, node: SpawnerNode, log: EventLog): Promise<string> {
  const events = await log.lastSequence('EVENTS');
  const ms = await timed(() => node.start());
  const memory = memoryOf(node.pid);
  await node.stop();
  return `| ${what} (${events} events) | ${round(ms)} | ${memory.now} | ${memory.peak} |`;
}

function memoryOf(pid: number | undefined): { now: string; peak: string } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mebibytes = (name: string) =>
    round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** What a follower of all of them does beside its fold, and for how long nobody else has a turn. */
async function blocking(
  log: EventLog,
  path: string,
  changes: readonly NewEvent[],
): Promise<string[]> {
  const options = { log, logger: pino({ level: 'silent' }) };
  const abort = new AbortController();
  const follower = await checkpointedFollower(path, options);
  await follower.start(abort.signal);
  const { size } = follower.state.agents;
  const first = await longestTurn(() => follower.saveCheckpoint());
  const saves: Turns[] = [];
  const hashes: Turns[] = [];
  for (const change of changes) {
    await append(log, [change]);
    await follower.folded(await log.lastSequence('EVENTS'));
    saves.push(await longestTurn(() => follower.saveCheckpoint()));
    hashes.push(await longestTurn(() => hashInSlices(follower.state)));
  }
  abort.abort();
  const next = new AbortController();
  const second = await checkpointedFollower(path, options);
  const restart = await longestTurn(() => second.start(next.signal));
  next.abort();
  return [
    `| with ${size} agents in mind | ms | longest turn of the loop, ms of CPU |`,
    '| --- | --- | --- |',
    row('the first checkpoint, of all', first),
    row(`one that follows, median of ${ROUNDS}`, middle(saves)),
    row(`the hash, median of ${ROUNDS}`, middle(hashes)),
    row('a start from the checkpoint', restart),
  ];
}

const row = (what: string, { ms, longestMs }: Turns): string =>
  `| ${what} | ${round(ms)} | ${round(longestMs)} |`;

const middle = (all: readonly Turns[]): Turns => ({
  ms: median(all.map(({ ms }) => ms)),
  longestMs: median(all.map(({ longestMs }) => longestMs)),
});

async function append(log: EventLog, events: Parameters<EventLog['append']>[0]): Promise<void> {
  const result = await log.append(events, { timeoutMs: 60_000 });
  if (!result.ok) throw new Error(`not appended: ${JSON.stringify(result)}`);
}

async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (const one of left) await work(one);
  });
  await Promise.all(lanes);
}

const hex = (at: number): string => at.toString(16).padStart(12, '0');
