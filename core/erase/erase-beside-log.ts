import { z } from 'zod';
import type { Erasure } from '../../schemas/erasure.ts';
import type { LogConnection } from '../log/connection.ts';
import { eraseAt, eraseSubject, standing } from '../log/erase-messages.ts';
import { read } from '../log/read.ts';
import type { Places } from '../seal/places.ts';

/** What the streams beside EVENTS have of agents and jobs. */
export async function eraseStreams(
  connection: LogConnection,
  { agents, jobs, people }: Pick<Erasure, 'agents' | 'jobs' | 'people'>,
  places: Places,
): Promise<void> {
  for (const id of agents) {
    await eraseSubject(connection, 'LOGS', `agents.${id}.log.*`);
    await eraseSubject(connection, 'FILES', `agents.${id}.file.*`);
    await eraseSubject(connection, 'TIMERS', `schedules.${id}.>`);
    await eraseSubject(connection, 'TIMERS', `agents.${id}.timer.*`);
  }
  for (const id of jobs) {
    await eraseSubject(connection, 'LOGS', `jobs.${id}.log.*`);
    await eraseSubject(connection, 'TIMERS', `schedules.${id}.>`);
    await eraseSubject(connection, 'TIMERS', `jobs.${id}.timer.*`);
    await eraseSubject(connection, 'WORK', `work.*.${id}`);
  }
  const names = [
    ...[...agents, ...jobs].map((id) => `.${id}.`),
    ...people.map(({ channel, userId }) => `.${channel}.${userId}.`),
  ];
  await eraseLetters(connection, names, places);
  await eraseClaims(connection, places, [...agents, ...jobs]);
}

/** Dead letters of what stood on their subjects, or at their places. */
async function eraseLetters(
  connection: LogConnection,
  names: readonly string[],
  places: Places,
): Promise<void> {
  const found: number[] = [];
  for await (const message of standing(connection, 'EVENTS_DLQ', 'dlq.>')) {
    const subject = `.${message.header('orc-subject') ?? ''}.`;
    const [, stream, sequence] = message.subject.split('.');
    const isOwn =
      names.some((name) => subject.includes(name)) ||
      (stream === 'events' && places.has(Number(sequence)));
    if (isOwn) found.push(message.sequence);
  }
  await eraseAt(connection, 'EVENTS_DLQ', found);
}

const claimed = z.object({ id: z.string() });

/** Claims of the ids of what is to be erased, and of ids that have theirs in them: before the events are. */
async function eraseClaims(
  connection: LogConnection,
  places: Places,
  owners: readonly string[],
): Promise<void> {
  const ids = new Set<string>();
  const [first] = places.stretches;
  const range = {
    stream: 'EVENTS',
    from: { sequence: first?.[0] ?? 1 },
    headersOnly: true,
  } as const;
  for await (const message of read(connection, range)) {
    const id = places.has(message.sequence) ? message.header('ce-id') : undefined;
    if (id !== undefined) ids.add(id);
  }
  const own = new Set(owners);
  const found: number[] = [];
  for await (const { payload, sequence } of read(connection, {
    stream: 'IDS',
    from: { sequence: 1 },
  })) {
    const id = idIn(payload);
    if (ids.has(id) || id.split(/[_:]/).some((part) => own.has(part))) found.push(sequence);
  }
  await eraseAt(connection, 'IDS', found);
}

function idIn(payload: Uint8Array): string {
  try {
    return claimed.parse(JSON.parse(Buffer.from(payload).toString())).id;
  } catch {
    return '';
  }
}
