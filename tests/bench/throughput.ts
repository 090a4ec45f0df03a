import { loadavg } from 'node:os';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { command } from '../support/commands.ts';
import { startTestNats } from '../support/nats.ts';
import { bareBatches, barePublishes, barePull } from './bare-client.ts';
import { Cleanup, median, round } from './measure.ts';

const ROUNDS = 9;
const BATCH = 500;
const BATCHES = 20;
const AGENTS = 100;

/** A way of doing something with `BATCH * BATCHES` messages. */
type Way = () => Promise<unknown>;

/** What a way took in each round: µs a message on the clock, and of this process's CPU. */
interface Spent {
  wall: number[];
  cpu: number[];
}

/** Our ways and those of a bare client in turn, so that what else the machine does meets them all. */
export async function throughput(): Promise<string[]> {
  await using cleanup = new Cleanup();
  const { log, connection } = await startTestNats(cleanup);
  const { nc } = connection;
  const jsm = await connection.jsm();
  const agents = Array.from({ length: AGENTS }, () => newAgentId());
  const create = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  await requireOk(log.append(agents.map((agent) => command(agent, 'command.create', create))));
  await requireOk(log.append(agents.map(starting)));
  await appendBatches(log, agents);
  const events = await log.lastSequence('EVENTS');
  const flow = { batch: BATCH, batches: BATCHES };
  const bareLog = { ...flow, subjects: [`agents.${newAgentId()}.log.stdout`] };
  const others = Array.from({ length: AGENTS }, () => `agents.${newAgentId()}.command.send`);
  const read = async (look: (message: Parameters<typeof foldMessage>[1]) => unknown) => {
    const range = { stream: 'EVENTS', from: { sequence: 1 }, until: events } as const;
    for await (const message of log.read(range)) look(message);
  };
  const reads = await inTurn({
    'a bare pull that reads headers by the client': () =>
      barePull(nc, jsm, 'EVENTS', (message) => message.headers?.get('ce-id')),
    'a bare pull that reads none': () => barePull(nc, jsm, 'EVENTS', () => undefined),
    follow: () => read(() => undefined),
    'follow that reads headers': () => read((message) => message.header('ce-id')),
    'follow and fold': () => {
      const state = initialSystem();
      return read((message) => foldMessage(state, message));
    },
  });
  const appends = await inTurn({
    'bare batches of 500': () => bareBatches(nc, { ...flow, subjects: others }),
    'append, batches of 500': () => appendBatches(log, agents),
  });
  const lines = await inTurn({
    'bare acknowledged publishes of lines': () => barePublishes(nc, bareLog),
    'lines of one agent stored': () => appendLines(log),
  });
  const load = `Load of the machine: ${round(loadavg()[0] ?? 0)}.`;
  return [reads, appends, lines].flatMap((spent) => [...table(spent), '']).concat(load);
}

/** Messages to all agents in turn, and each one's delivery. */
async function appendBatches(log: EventLog, agents: readonly string[]): Promise<void> {
  for (let sent = 0; sent < BATCHES; sent += 1) {
    const events = Array.from({ length: BATCH / 2 }, (_, at) => {
      const agentId = agents[at % agents.length] ?? '';
      const send = command(agentId, 'command.send', { text: 'a message', mode: 'join' });
      return [send, delivered(agentId, send.id)];
    });
    await requireOk(log.append(events.flat(), { timeoutMs: 30_000 }));
  }
}

const delivered = (agentId: string, commandId: string): NewEvent =>
  stated(agentId, 'delivered', `${commandId}:delivered`, {
    runId: 'run',
    commandId,
    turnId: `turn-${commandId}`,
    bytes: 10,
  });

const starting = (agentId: string): NewEvent =>
  stated(agentId, 'starting', `${agentId}:starting`, {
    runId: 'run',
    node: 'node',
    epoch: 1,
    runtime: 'local',
    expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  });

function stated(agentId: string, name: string, id: string, data: object): NewEvent {
  const subject = subjectOf({ family: 'process', agentId, name });
  const more = { source: 'orchestrator/test', time: new Date().toISOString() };
  // Written in this file, each with the data of its type.
  return { id, type: `process.${name}`, subject, data, ...more } as NewEvent;
}

async function appendLines(log: EventLog): Promise<void> {
  const subject = `agents.${newAgentId()}.log.stdout`;
  const bytes = new TextEncoder().encode('a line of about as many bytes as a line of a log has');
  const lines = Array.from({ length: BATCH * BATCHES }, (_, at) => ({
    position: `2026-01-04T15:30:45.000000000Z-${at}`,
    bytes,
    continued: false,
  }));
  const options = { runId: 'run', source: 'orchestrator/test', time: new Date().toISOString() };
  await requireOk(
    log.appendLog(subject, lines, { ...options, expectedLast: 0, timeoutMs: 30_000 }),
  );
}

async function requireOk(appending: Promise<{ ok: boolean }>): Promise<void> {
  const result = await appending;
  if (!result.ok) throw new Error(`not appended: ${JSON.stringify(result)}`);
}

async function inTurn(ways: Record<string, Way>): Promise<Map<string, Spent>> {
  const spent = new Map(
    Object.keys(ways).map((name): [string, Spent] => [name, { wall: [], cpu: [] }]),
  );
  for (let each = 0; each <= ROUNDS; each += 1) {
    for (const [name, way] of Object.entries(ways)) {
      const [begin, cpu] = [performance.now(), process.cpuUsage()];
      await way();
      const used = process.cpuUsage(cpu);
      // The first round warms up.
      if (each === 0) continue;
      spent.get(name)?.wall.push(((performance.now() - begin) * 1_000) / (BATCH * BATCHES));
      spent.get(name)?.cpu.push((used.user + used.system) / (BATCH * BATCHES));
    }
  }
  return spent;
}

/** Rates, and what they are of the first way's, which is the bare client's. */
function table(spent: ReadonlyMap<string, Spent>): string[] {
  const [bare] = spent.values();
  const part = (of: number, own: number) => round(of / own, 2);
  const rows = [...spent].map(([name, { wall, cpu }]) => {
    const rate = `${round(1_000 / median(wall))} (${part(median(bare?.wall ?? []), median(wall))})`;
    return `| ${name} | ${rate} | ${round(median(cpu), 1)} (${part(median(bare?.cpu ?? []), median(cpu))}) |`;
  });
  const head = `| median of ${ROUNDS} rounds | thousand a second (of bare) | µs of CPU each (of bare) |`;
  return [head, '| --- | --- | --- |', ...rows];
}
