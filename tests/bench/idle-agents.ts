import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { serviceProcesses } from '../support/process-tree.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, cpuOfProcesses, residentOf, round } from './measure.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 200);

const DIST = join(import.meta.dirname, '..', '..', 'dist');

/** As `npm start` has it. */
const AS_STARTED = {
  env: { NODE_COMPILE_CACHE: join(DIST, '.compile-cache') },
  program: ['--max-semi-space-size=2', join(DIST, 'orchestrator.cjs')],
};

/** How long nothing happens. */
const IDLE_MS = 30_000;

/** Agents that wait for a message: what each costs the system, its own process aside, and which part of it. */
export async function idleAgents(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup, AS_STARTED);
  const log = await system.log();
  const before = await idle(system.pid);
  const create = { kind: 'demo', ttlMs: 7_200_000, turnDeadlineMs: 600_000 };
  const begin = performance.now();
  for (let at = 0; at < AGENTS; at += 1) {
    await log.append(command(newAgentId(), 'command.create', create));
  }
  await untilReady(log, AGENTS);
  const seconds = (performance.now() - begin) / 1000;
  await delay(IDLE_MS);
  const after = await idle(system.pid);
  await system.stop();
  return [
    `${AGENTS} demo agents ready in ${round(seconds, 1)} s`,
    '',
    '| part | MiB without | with them | KiB each | CPU without, ms a second | with them | µs a second each |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...after.map((part, at) => row(before[at], part)),
  ];
}

interface Part {
  service: string;
  /** Resident, MiB. */
  memory: number;
  /** Milliseconds a second. */
  cpu: number;
}

function row(before: Part | undefined, { service, memory, cpu }: Part): string {
  if (before?.service !== service) throw new Error(`${service} was started again meanwhile`);
  const each = [((memory - before.memory) * 1024) / AGENTS, ((cpu - before.cpu) * 1000) / AGENTS];
  const figures = [before.memory, memory, each[0], before.cpu, cpu, each[1]];
  return `| ${[service, ...figures.map((figure = 0) => round(figure, 1))].join(' | ')} |`;
}

/** The parts of a system while nothing happens, and all of them together. */
async function idle(supervisor: number): Promise<Part[]> {
  const parts = [{ pid: supervisor, service: 'supervisor' }, ...serviceProcesses(supervisor)];
  const spent = () => parts.map(({ pid }) => cpuOfProcesses([pid]));
  const before = spent();
  await delay(IDLE_MS);
  const after = spent();
  const found = parts.map(({ service, pid }, at) => {
    const cpu = (((after[at] ?? 0) - (before[at] ?? 0)) * 1000) / IDLE_MS;
    return { service, memory: residentOf(pid).now, cpu };
  });
  const sum = (of: (part: Part) => number) => found.reduce((all, part) => all + of(part), 0);
  const all = { service: 'all', memory: sum(({ memory }) => memory), cpu: sum(({ cpu }) => cpu) };
  return [...found, all];
}

async function untilReady(log: EventLog, count: number): Promise<void> {
  const signal = AbortSignal.timeout(600_000);
  const filter = 'agents.*.process.ready';
  let seen = 0;
  const following = log.follow({ stream: 'EVENTS', from: { sequence: 1 }, filter, signal });
  for await (const { messages } of following) {
    seen += messages.length;
    if (seen >= count) return;
  }
  throw new Error(`${seen} of ${count} agents were ready in time`);
}
