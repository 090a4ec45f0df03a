import type { NewEvent, StoredEvent } from '../../schemas/event.ts';
import { untilEvent } from './history.ts';
import type { SpawnerFixture } from './spawner.ts';

let calls = 0;

/** A call as an agent's command publishes it, with an id of its own. */
export function toolCall(agent: string, path: string, data: object): NewEvent {
  calls += 1;
  return {
    id: `${agent}_call-${calls}`,
    type: `tool.${path}`,
    source: `orchestrator/agent/${agent}`,
    time: new Date().toISOString(),
    subject: `agents.${agent}.tool.${path}`,
    data,
    // The catalogue has one type for all declared tools; an agent's command writes its own.
  } as unknown as NewEvent;
}

/** What such a call comes to. */
export async function call(
  spawner: SpawnerFixture,
  agent: string,
  path: string,
  data: object,
): Promise<Record<string, unknown>> {
  const event = toolCall(agent, path, data);
  await spawner.log.append(event);
  const result = await spawner.event(agent, 'result', ({ data: of }) => of.callId === event.id);
  return result.data.ok ? Object(result.data.value) : { error: result.data.error };
}

/** Of a job, and one of these types. */
export const ofJob = (id: unknown, types: readonly string[]) => (event: StoredEvent) =>
  types.includes(event.type) && event.subject.split('.')[1] === id;

/** How a job can end. */
export const ENDS = ['job.completed', 'job.failed', 'job.cancelled'];

/** How a job ended. */
export const end = (spawner: SpawnerFixture, id: unknown) =>
  untilEvent(spawner.log, ofJob(id, ENDS));

/** Of a job. */
export const happened = (spawner: SpawnerFixture, id: unknown, type: string) =>
  untilEvent(spawner.log, ofJob(id, [type]));
