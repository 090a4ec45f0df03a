import { AckPolicy } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import type { LogConnection } from '../../core/log/connection.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newId } from '../../schemas/ids.ts';
import { ownResult } from './places.ts';
import type { Aim } from './server-headers.ts';

/** Stands in everything that is not the attacker's, so that it is seen where it should not be. */
export const SECRET = 'what only others may read';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 30_000;

/** Something of everything that attackers aim at, and a result of the attacker's own. */
export async function furnish(connection: LogConnection, { own, other }: Aim): Promise<void> {
  const { nc } = connection;
  await holdLease(connection);
  const bucket = await new Kvm(nc).create('others');
  await bucket.put('key', SECRET);
  const jsm = await connection.jsm();
  const placement = { durable_name: 'placement', ack_policy: AckPolicy.Explicit };
  await jsm.consumers.add('EVENTS', placement);
  for (const subject of belongingTo(other)) {
    await nc.request(subject, JSON.stringify({ text: SECRET }));
  }
  await nc.request(ownResult(own), JSON.stringify({ ok: true, callId: 'call-1', value: 1 }));
  await new EventLog(connection).append(timerOf(other, new Date(Date.now() + HOUR_MS)));
}

async function holdLease(connection: LogConnection): Promise<void> {
  const store = await LeaseStore.open(connection);
  const place = { node: 'node-1', place: 'local', places: ['local'] };
  const process = { holder: 'h', pid: 1, version: '1', startedAt: new Date().toISOString() };
  await store.write({ ...place, ...process, draining: false, agents: 1 }, HOUR_MS, 0);
}

const belongingTo = (other: string): string[] => [
  `agents.${other}.command.send`,
  `agents.${other}.process.ready`,
  `agents.${other}.turn.started`,
  `agents.${other}.result.call-1`,
  `agents.${other}.log.stdout`,
  `agents.${other}.file.file-1`,
  'users.telegram.1.agent-assigned',
  'deliveries.telegram.notice-1.requested',
  'projects.p.created',
  'nodes.node-1.drained',
  'dlq.events.1',
  'ids.0123456789abcdef0123456789abcdef',
];

function timerOf(agentId: string, at: Date): NewEvent {
  return {
    id: newId('timer'),
    type: 'timer.ttl',
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: `schedules.${agentId}.ttl.run`,
    data: { runId: 'run-1', expiresAt: at.toISOString() },
    schedule: { at, target: `agents.${agentId}.timer.ttl` },
  };
}

/** What services listen on or obey; whatever an agent does, none of it is published for them. */
export const servedSubjects = ({ own, other }: Aim): string[] => [
  `agents.${own}.command.>`,
  `agents.${own}.process.>`,
  `agents.${own}.timer.>`,
  `agents.${own}.log.>`,
  `agents.${own}.result.>`,
  `agents.${own}.turn.started`,
  `agents.${own}.turn.ended`,
  'users.>',
  'deliveries.>',
  'projects.>',
  'jobs.>',
  'nodes.>',
  'schedules.>',
  'dlq.>',
  'ids.>',
  'views.>',
  'health',
  '$KV.>',
  '$O.>',
  '$JS.API.STREAM.CREATE.>',
  '$JS.API.STREAM.UPDATE.>',
  '$JS.API.STREAM.DELETE.>',
  '$JS.API.STREAM.PURGE.>',
  '$JS.API.STREAM.MSG.DELETE.>',
  '$JS.API.STREAM.SNAPSHOT.>',
  '$JS.API.STREAM.RESTORE.>',
  '$JS.API.STREAM.LEADER.>',
  '$JS.API.CONSUMER.CREATE.EVENTS.spy.>',
  '$JS.API.CONSUMER.DURABLE.>',
  '$JS.API.CONSUMER.DELETE.EVENTS.placement',
  '$JS.API.CONSUMER.MSG.NEXT.EVENTS.placement',
  '$JS.API.ACCOUNT.>',
  '$JS.API.SERVER.>',
  '$JS.API.META.>',
  '$JS.ACK.EVENTS.placement.>',
  '_INBOX.victim.>',
  `_INBOX_${other}.>`,
  '_INBOX_revoker.>',
];

/**
 * Resolves when a timer that is due in so long has come due, and so whatever was set before it. It is
 * set for an agent that nobody knows.
 */
export async function timePassed(log: EventLog, clock: string, ms: number): Promise<void> {
  const timer = timerOf(clock, new Date(Date.now() + ms));
  await log.append(timer);
  // Of this subject alone: the log is full of what was attempted, which would be read with every timer.
  const due = {
    stream: 'EVENTS',
    from: { sequence: 1 },
    filter: `agents.${clock}.timer.ttl`,
  } as const;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  for await (const { messages } of log.follow({ ...due, signal })) {
    if (messages.some((message) => message.header('ce-id') === timer.id)) return;
  }
  throw new Error('the timer did not come due in time');
}
