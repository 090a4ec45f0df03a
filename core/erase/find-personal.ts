import type { Person } from '../../schemas/events/parts.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { isLive } from '../domain/agent/agent-state.ts';
import { foldMessage } from '../domain/fold-message.ts';
import { isOpen } from '../domain/job/job-state.ts';
import { initialSystem, type SystemState } from '../domain/system-state.ts';
import type { LogConnection } from '../log/connection.ts';
import { read } from '../log/read.ts';
import { stretchesOf } from '../seal/places.ts';
import { type OwnIds, OwnIdsLearner } from './own-ids.ts';
import { OwnPlaces } from './own-places.ts';

/** What there is of a person. */
export interface Personal extends OwnIds {
  jobs: string[];
  places: [number, number][];
  events: number;
  /** Agents and jobs that have not ended. */
  living: string[];
  /** Jobs of others that have not ended. */
  othersWork: string[];
}

const WHOLE = { stream: 'EVENTS', from: { sequence: 1 } } as const;

/** Reads the log twice: who has to do with what, and then where that stands. Throws as reading does. */
export async function findPersonal(
  connection: LogConnection,
  person: Person,
  { withShared = false, signal }: { withShared?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Personal> {
  const learner = new OwnIdsLearner();
  const state = initialSystem();
  for await (const message of read(connection, { ...WHOLE, signal })) {
    foldMessage(state, message);
    const parsed = parseEvent(message);
    if (parsed.kind === 'event') learner.learn(parsed.event);
  }
  const own = learner.of(person, withShared);
  const sorter = new OwnPlaces(own);
  const sequences: number[] = [];
  for await (const message of read(connection, { ...WHOLE, signal })) {
    const parsed = parseEvent(message);
    const event = parsed.kind === 'event' ? parsed.event : undefined;
    if (sorter.takes(message.subject, event)) sequences.push(message.sequence);
  }
  const { jobs } = sorter;
  const open = [...state.jobs].flatMap(([id, job]) => (isOpen(job) ? [id] : []));
  return {
    ...own,
    jobs,
    places: stretchesOf(sequences),
    events: sequences.length,
    living: [...livingOf(state, own.agents), ...jobs.filter((id) => open.includes(id))],
    othersWork: open.filter((id) => !jobs.includes(id)),
  };
}

const livingOf = ({ agents }: SystemState, own: readonly string[]): string[] =>
  own.filter((id) => {
    const agent = agents.get(id);
    return agent !== undefined && (isLive(agent) || agent.phase === 'requested');
  });
