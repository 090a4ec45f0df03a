import { join } from 'node:path';
import { pino } from 'pino';
import type { EventLog } from '../../core/log/event-log.ts';
import { checkpointedFollower } from '../../core/projection/checkpointed-follower.ts';
import { hashInSlices } from '../../core/projection/hash-in-slices.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { SpawnerNode } from '../support/spawner-process.ts';
import { startSpawners } from '../support/spawner-process.ts';
import { archivedEvent } from './ended-agent.ts';
import { agentIds, append, appendArchivings, appendLives } from './ended-agents.ts';
import { longestTurn, type Turns } from './longest-turn.ts';
import { Cleanup, median, residentOf, round, timed } from './measure.ts';

/** Agents that have ended, of 100 events each. */
const AGENTS = Number(process.env.BENCH_AGENTS ?? 1_000);

const ROUNDS = 9;

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
  const agents = agentIds(AGENTS);
  const appended = await timed(() => appendLives(log, agents));
  await measure(`${AGENTS} ended agents, none of it in the checkpoint`);
  await measure('the same, from the checkpoint');
  const changes = agents.splice(0, ROUNDS).map((agentId) => archivedEvent(agentId));
  const blocked = await blocking(log, join(dataDir, 'bench.jsonl'), changes);
  await appendArchivings(log, agents);
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
  const { now, peak } = residentOf(node.pid);
  await node.stop();
  return `| ${what} (${events} events) | ${round(ms)} | ${round(now)} | ${round(peak)} |`;
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
