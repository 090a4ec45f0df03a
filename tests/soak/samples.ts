import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { serviceProcesses } from '../support/process-tree.ts';
import type { Held } from './probe.ts';
import type { World } from './world.ts';

/** What all processes held at one moment, while nobody said anything. */
export interface Sample {
  /** Since the start. */
  minutes: number;
  messages: number;
  endedAgents: number;
  /** Of EVENTS. */
  sequence: number;
  services: Record<string, Held>;
  /** Those that are no Node processes: bytes and descriptors. */
  servers: Record<string, { rss: number; descriptors: number }>;
}

export async function takeSample(
  { system, redis, outcomes, probes }: World,
  at: Pick<Sample, 'minutes' | 'messages'>,
): Promise<Sample> {
  const services: Sample['services'] = {};
  const nodes = [{ pid: system.pid, service: 'supervisor' }, ...serviceProcesses(system.pid)];
  // One after the other: two cores are all there is.
  for (const { pid, service } of nodes) services[service] = await ask(join(probes, `${pid}.sock`));
  const nats = Number(readFileSync(join(system.dataDir, 'nats', 'nats.pid'), 'utf8'));
  const servers = { 'nats-server': foreign(nats), redis: foreign(redis.pid) };
  const { endedAgents, sequence } = outcomes;
  return { ...at, endedAgents, sequence, services, servers };
}

async function ask(path: string): Promise<Held> {
  // What probe.ts writes.
  return (await json(connect(path))) as Held;
}

/** From proc(5). */
function foreign(pid: number): { rss: number; descriptors: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { rss: kibibytes * 1024, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}
