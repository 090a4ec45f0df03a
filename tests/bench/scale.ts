import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../core/log/event-log.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { command } from '../support/commands.ts';
import { serviceProcesses } from '../support/process-tree.ts';
import { dataFolder, finished, startSystem, type TestSystem } from '../support/system.ts';
import { agentIds, appendArchivings, appendLives } from './ended-agents.ts';
import { Cleanup, median, residentOf, round, timed } from './measure.ts';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
const ORCHESTRATOR = join(DIST, 'bin', 'orchestrator');

/** As `npm start` has it. */
const PROGRAM = ['--max-semi-space-size=2', join(DIST, 'orchestrator.cjs')];

/** A life of 100 events, and that it is archived. */
const EVENTS_OF_ONE = 101;

/** Agents that have ended, in the end: of 1,010,000 events. */
const AGENTS = Number(
  process.env.BENCH_AGENTS ?? Number(process.env.BENCH_EVENTS ?? 1_010_000) / EVENTS_OF_ONE,
);

/** Those of the log that the long one is compared with: of 10,000 events. */
const FEW = 99;

/** What takes seconds is not measured as often. */
const ROUNDS = { most: 3, enoughMs: 20_000 };
const MESSAGES = 11;

/** For all messages of one start. */
const PATIENCE_MS = 120_000;

/** The median of a few, in ms; `node -e 0` is the measure of the machine at that moment. */
interface Row {
  what: string;
  load: number;
  node: number;
  start: number;
  spawner: number;
  verify: number;
  agents: number;
  first: number;
  all: number;
  page: number;
  message: number;
}

/**
 * What a log's length costs: the whole system as `npm start` runs it, over an empty log, over 10,000
 * events, and over a million, whose agents have ended and are archived; without its checkpoints, as
 * after a change of the fold, and from them.
 */
export async function scale(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const dataDir = dataFolder(cleanup);
  const env = { NODE_COMPILE_CACHE: join(DIST, '.compile-cache') };
  const start = () => startSystem(cleanup, { dataDir, env, program: PROGRAM });
  const rows: Row[] = [];
  const row = async (what: string, starts: number) => {
    const found = await measured(what, start, starts);
    rows.push(found);
    // The whole takes minutes.
    process.stderr.write(`${lineOf(found)}\n`);
  };
  const measure = async (events: string) => {
    await rm(dataPaths(dataDir).snapshots, { recursive: true, force: true });
    await row(`${events}, no checkpoint`, 1);
    await row(`${events}, from its checkpoint`, ROUNDS.most);
  };
  await (await start()).stop();
  await measure('an empty log');
  const agents = agentIds(AGENTS);
  let there = 0;
  for (const count of AGENTS > FEW ? [FEW, AGENTS] : [AGENTS]) {
    const system = await start();
    const log = await system.log();
    await appendLives(log, agents.slice(there, count));
    await appendArchivings(log, agents.slice(there, count));
    there = count;
    const events = await log.lastSequence('EVENTS');
    await system.stop();
    await measure(`${events} events, ${count} ended agents`);
  }
  return table(rows);
}

async function measured(
  what: string,
  start: () => Promise<TestSystem>,
  starts: number,
): Promise<Row> {
  const node = await several(() => ends(process.execPath, ['-e', '0'], process.env));
  const begun: number[] = [];
  let system: TestSystem | undefined;
  for (let round = 0; round < starts; round += 1) {
    await system?.stop();
    const begin = performance.now();
    system = await start();
    await system.serves;
    begun.push(performance.now() - begin);
  }
  if (system === undefined) throw new Error('nothing was started');
  const { pid, env } = system;
  const spawner = serviceProcesses(pid).find(({ service }) => service === 'spawner');
  const resident = residentOf(spawner?.pid).now;
  const load = loadavg()[0] ?? 0;
  const orchestrator = (...args: string[]) => several(() => ends(ORCHESTRATOR, args, env));
  const views = await system.views();
  const row = {
    what,
    load,
    node,
    start: median(begun),
    spawner: resident,
    agents: await orchestrator('agents'),
    // The list of the archived ones has its own checkpoint; without one it reads the log first.
    first: await ends(ORCHESTRATOR, ['agents', '--all', '--timeout', '5m'], env),
    all: await orchestrator('agents', '--all'),
    page: await several(() => timed(() => views.request('archived', {}))),
    message: await messagesWay(await system.log()),
    verify: await orchestrator('verify'),
  };
  await system.stop();
  return row;
}

/** From exec to exit, in ms. */
async function ends(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const begin = performance.now();
  const { code, stderr } = await finished(spawn(program, args, { env }));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return performance.now() - begin;
}

/** The median, in ms. */
async function several(once: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  const enough = performance.now() + ROUNDS.enoughMs;
  while (all.length < ROUNDS.most && (all.length === 0 || performance.now() < enough)) {
    all.push(await once());
  }
  return median(all);
}

/** From a message that is stored to the event of its answer, in ms. */
async function messagesWay(log: EventLog): Promise<number> {
  const agentId = newAgentId();
  const abort = new AbortController();
  const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(PATIENCE_MS)]);
  const events = await eventsFromNow(log, agentId, signal);
  const create = { kind: 'demo', ttlMs: 7_200_000, turnDeadlineMs: 600_000 };
  await log.append(command(agentId, 'command.create', create));
  await until(events, 'process.ready');
  const spent: number[] = [];
  for (let message = 0; message <= MESSAGES; message += 1) {
    const data = { text: `message ${message}`, mode: 'join' as const };
    await log.append(command(agentId, 'command.send', data));
    const begin = performance.now();
    await until(events, 'response.answer');
    // The first one warms up.
    if (message > 0) spent.push(performance.now() - begin);
    await until(events, 'turn.ended');
  }
  abort.abort();
  return median(spent);
}

async function eventsFromNow(
  log: EventLog,
  agentId: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<StoredEvent, void, undefined>> {
  const from = { sequence: (await log.lastSequence('EVENTS')) + 1 };
  const filter = `agents.${agentId}.>`;
  const all = log.follow({ stream: 'EVENTS', from, filter, signal });
  return (async function* () {
    for await (const { messages } of all) {
      for (const message of messages) {
        const parsed = parseEvent(message);
        if (parsed.kind === 'event') yield parsed.event;
      }
    }
  })();
}

async function until(
  events: AsyncGenerator<StoredEvent, void, undefined>,
  type: StoredEvent['type'],
): Promise<void> {
  for (;;) {
    const { value } = await events.next();
    if (!value) throw new Error(`the log ended before ${type}`);
    if (value.type === type) return;
  }
}

const COLUMNS: [string, (row: Row) => string][] = [
  ['log', ({ what }) => what],
  ['load', ({ load }) => round(load)],
  ['`node -e 0`, ms', ({ node }) => round(node)],
  ['start to healthy, s', ({ start }) => round(start / 1000, 1)],
  ['spawner resident, MiB', ({ spawner }) => round(spawner)],
  ['`verify`, s', ({ verify }) => round(verify / 1000, 1)],
  ['`agents`, ms', ({ agents }) => round(agents)],
  ['the first `agents --all`, ms', ({ first }) => round(first)],
  ['`agents --all`, ms', ({ all }) => round(all)],
  ['first page of the archived, ms', ({ page }) => round(page)],
  ['message to answer, ms', ({ message }) => round(message)],
];

const cells = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`;

const lineOf = (row: Row): string => cells(COLUMNS.map(([, cell]) => cell(row)));

const table = (rows: readonly Row[]): string[] => [
  cells(COLUMNS.map(([name]) => name)),
  cells(COLUMNS.map(() => '---')),
  ...rows.map(lineOf),
];
