import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { startSystem } from '../support/system.ts';
import { Cleanup, cpuOf, memoryOf, round } from './measure.ts';

const AGENTS = Number(process.env.BENCH_AGENTS ?? 200);

/** How long nothing happens. */
const IDLE_MS = 30_000;

/** Agents that wait for a message: what each costs the system, its own process aside. */
export async function idleAgents(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const system = await startSystem(cleanup);
  const log = await system.log();
  const [memory, none] = [memoryOf(system.pid), await cpuOver(system.pid)];
  const create = { kind: 'demo', ttlMs: 7_200_000, turnDeadlineMs: 600_000 };
  const begin = performance.now();
  for (let at = 0; at < AGENTS; at += 1) {
    await log.append(command(newAgentId(), 'command.create', create));
  }
  await untilReady(log, AGENTS);
  const seconds = (performance.now() - begin) / 1000;
  await delay(IDLE_MS);
  const [after, idle] = [memoryOf(system.pid), await cpuOver(system.pid)];
  await system.stop();
  return [
    `* ${AGENTS} demo agents ready in ${round(seconds, 1)} s`,
    `* memory of the system: ${round(memory)} MiB without, ${round(after)} MiB with them: ${round(((after - memory) * 1024) / AGENTS)} KiB each`,
    `* CPU of the system while nothing happens: ${round(none, 1)} ms a second without, ${round(idle, 1)} with them: ${round(((idle - none) * 1000) / AGENTS)} µs a second each`,
  ];
}

/** Milliseconds a second. */
async function cpuOver(pid: number): Promise<number> {
  const before = cpuOf(pid);
  await delay(IDLE_MS);
  return ((cpuOf(pid) - before) * 1000) / IDLE_MS;
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
