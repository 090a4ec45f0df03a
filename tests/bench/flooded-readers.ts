import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServiceProcess } from '../../platform/service/service-process.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId, newId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { stateRunning } from '../projections/http/support/serving-api.ts';
import { startTestNats, type TestNats } from '../support/nats.ts';
import { programOf } from '../support/programs.ts';
import { Cleanup, cpuOfProcesses, residentOf, round } from './measure.ts';
import type { Counted } from './readers/counted-reader.ts';
import type { Asked } from './readers/reading-process.ts';

const READERS = 100;
const RATE = 10_000;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 45);
const PIECE = 500;
const LINE =
  'a line of an agent that says what it does, some hundred characters long, as they often are';

/** How long readers may take to have everything, seconds. */
const PATIENCE_S = 300;

const READING = join(import.meta.dirname, 'readers', 'reading-process.ts');

/** Appends the next so many, and says where the last of them is. */
type Append = (nats: TestNats, count: number) => Promise<number>;

interface Way {
  what: string;
  path: string;
  append: Append;
  /** The place of the last before the flood. */
  after: number;
}

/**
 * A hundred readers of server-sent events of a flood, and one that takes nothing: of an agent's output and of
 * all events, beside one reader of the same; and over a `kill -9` of the process that serves them.
 */
export async function floodedReaders(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const nats = await startTestNats(cleanup, { limits: { logLines: 10_000_000 } });
  const api = new Api(cleanup, nats);
  const agentId = newAgentId();
  await stateRunning(nats, agentId);
  const logs = {
    what: 'lines',
    path: `/agents/${agentId}/logs?follow`,
    append: appendLines(agentId),
  };
  const events = { what: 'events', path: '/events?follow', append: appendEvents(agentId) };
  const rows: string[] = [];
  for (const { stream, ...way } of [
    { ...logs, stream: 'LOGS' as const },
    { ...events, stream: 'EVENTS' as const },
  ]) {
    for (const [readers, kills] of [
      [1, false],
      [READERS, false],
      [READERS, true],
    ] as const) {
      // Each begins with a process that has done nothing.
      await api.restart();
      const after = await nats.log.lastSequence(stream);
      rows.push(await flooded({ ...way, after }, { nats, api, readers, kills }));
    }
  }
  return [
    `* ${RATE} a second offered for ${SECONDS} s; with ${READERS} readers one more that takes nothing. Load at the end: ${round(loadavg()[0] ?? 0)}`,
    '',
    '| | readers | a second, stored | missed | twice | cut off, came again | all have it after the last, s | API, MiB: before / at the most in each quarter / and until all have it | CPU of API, readers, nats-server, writer, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

/** The process that serves HTTP, which may be killed. */
class Api {
  readonly dataDir: string;
  readonly #nats: TestNats;
  #running: ServiceProcess | undefined;

  constructor(cleanup: Cleanup, nats: TestNats) {
    this.#nats = nats;
    this.dataDir = join(nats.dataDir, 'api');
    cleanup.teardown(() => this.#running?.stop(10_000));
  }

  get pid(): number {
    return this.#running?.pid ?? 0;
  }

  /** By `kill -9`, where it runs. */
  async restart(): Promise<void> {
    this.#running?.kill();
    await this.#running?.ended;
    const environment = {
      PATH: process.env.PATH,
      ORCHESTRATOR_NATS_URL: this.#nats.url,
      ORCHESTRATOR_CREDS: this.#nats.operatorCreds,
      ORCHESTRATOR_DATA_DIR: this.dataDir,
      LOG_LEVEL: 'warn',
    };
    const main = programOf('projections');
    this.#running = new ServiceProcess({ main, environment, logFd: 2 });
    if (!(await this.#running.ready)) throw new Error('the API did not start');
  }
}

interface Flood {
  nats: TestNats;
  api: Api;
  readers: number;
  kills: boolean;
}

async function flooded(way: Way, { nats, api, readers, kills }: Flood): Promise<string> {
  const isMany = readers > 1;
  const urlFile = join(api.dataDir, 'http', 'url');
  const args = [urlFile, way.path, readers + (isMany ? 1 : 0), way.after].map(String);
  const child = fork(READING, args);
  const ask = async (asked: Asked): Promise<Counted[]> => {
    const answered = once(child, 'message');
    child.send(asked);
    const [report] = await answered;
    return report;
  };
  try {
    // Some come before the flood, so that everybody reads.
    let last = await way.append(nats, 10);
    await reached(ask, last, PATIENCE_S);
    if (isMany) await ask('stall');
    const server = Number(readFileSync(join(nats.dataDir, 'nats', 'nats.pid'), 'utf8'));
    const pids = () => [[api.pid], [child.pid ?? 0], [server], [process.pid]];
    const before = residentOf(api.pid).now;
    const cpu = pids().map(cpuOfProcesses);
    let most = 0;
    const quarters = [before];
    let wasKilled = !kills;
    const watch = setInterval(() => {
      most = Math.max(most, residentNow(api.pid) ?? most);
    }, 200);
    const begin = performance.now();
    for (let sent = 0; sent < RATE * SECONDS; sent += PIECE) {
      const ahead = (sent / RATE) * 1_000 - (performance.now() - begin);
      if (ahead > 0) await delay(ahead);
      last = await way.append(nats, PIECE);
      if (((sent + PIECE) * 4) % (RATE * SECONDS) === 0) {
        quarters.push(most);
        most = 0;
      }
      if (wasKilled || sent < (RATE * SECONDS) / 2) continue;
      wasKilled = true;
      await api.restart();
    }
    const seconds = (performance.now() - begin) / 1_000;
    const stored = performance.now();
    // The one that takes nothing is the last.
    await reached(async (asked) => (await ask(asked)).slice(0, readers), last, PATIENCE_S);
    const behind = (performance.now() - stored) / 1_000;
    await ask('go-on');
    const counted = await reached(ask, last, PATIENCE_S);
    clearInterval(watch);
    const used = pids().map((each, at) => (cpuOfProcesses(each) - (cpu[at] ?? 0)) / 1_000);
    const sum = (of: (each: Counted) => number) => counted.reduce((all, each) => all + of(each), 0);
    const had = last - way.after;
    const missed = sum(({ missed }) => missed) + sum(({ count }) => had - count);
    const cells = [
      kills ? `${way.what}, API killed on the way` : way.what,
      isMany ? `${readers} + 1` : '1',
      round((RATE * SECONDS) / seconds),
      missed,
      sum(({ repeated }) => repeated),
      sum(({ again }) => again),
      round(behind, 1),
      [...quarters, most].map((each) => round(each)).join(' / '),
      // That of a process that was killed is not known any more.
      used.map((each) => (kills && each === used[0] ? '–' : round(each))).join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  } finally {
    child.kill();
  }
}

/** In MiB; undefined of one that was killed at this moment. */
function residentNow(pid: number): number | undefined {
  try {
    const { now } = residentOf(pid);
    return Number.isNaN(now) ? undefined : now;
  } catch {
    return undefined;
  }
}

/** What they have counted when the last of them is there. */
async function reached(
  ask: (asked: Asked) => Promise<Counted[]>,
  last: number,
  patienceS: number,
): Promise<Counted[]> {
  const end = performance.now() + patienceS * 1_000;
  for (;;) {
    const counted = await ask('report');
    if (counted.every((each) => each.last >= last)) return counted;
    if (performance.now() > end) {
      const missing = counted.filter((each) => each.last < last).length;
      throw new Error(`${missing} of ${counted.length} readers are not there`);
    }
    await delay(100);
  }
}

function appendLines(agentId: string): Append {
  const subject = subjectOf({ family: 'log', agentId, name: 'stdout' });
  let [lines, expectedLast] = [0, 0];
  return async ({ log }, count) => {
    const batch = Array.from({ length: count }, () => {
      lines += 1;
      return { position: String(lines), bytes: Buffer.from(`${lines} ${LINE}`), continued: false };
    });
    const run = { runId: 'run-1', source: 'orchestrator/bench', time: new Date().toISOString() };
    const result = await log.appendLog(subject, batch, { ...run, expectedLast, timeoutMs: 30_000 });
    if (!result.ok) throw new Error(result.error);
    expectedLast = result.sequence;
    return result.sequence;
  };
}

/** Such as nothing follows from, so that no state grows by them. */
function appendEvents(agentId: string): Append {
  const turnId = newId('turn');
  return async ({ log }, count) => {
    const now = new Date();
    const events = Array.from({ length: count }, (): NewEvent => {
      const meta = { id: newId('nudge'), source: 'orchestrator/bench', now };
      return newEvent('turn.nudged', { agentId }, { turnId }, meta);
    });
    const result = await log.append(events, { timeoutMs: 30_000 });
    if (!result.ok) throw new Error(result.error);
    return result.sequence;
  };
}
