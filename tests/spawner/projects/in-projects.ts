import type { StoredEvent } from '../../../schemas/event.ts';
import type { DataOf } from '../../../schemas/event-catalogue.ts';
import { newAgentId, newId } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { command } from '../../support/commands.ts';
import { untilEvent } from '../../support/history.ts';
import type { SpawnerFixture } from '../../support/spawner.ts';

/** Does what it is told: each message is a line of shell, in the workspace. */
export const SHELL_AGENT =
  'while IFS= read -r line; do eval "$line" >&2; orchestrator answer "done: $?"; done';

export const ANN = { channel: 'test', userId: 'ann' };

type Stored<T extends StoredEvent['type']> = Extract<StoredEvent, { type: T }>;

/** States a project, and waits until its repository is there or will not be. */
export async function projectFrom(
  spawner: SpawnerFixture,
  data: Partial<DataOf<'project.created'>>,
): Promise<Stored<'project.ready' | 'project.failed'> & { projectId: string }> {
  const projectId = newId('proj').replaceAll('-', '').slice(0, 17).replace('proj', 'proj_');
  const created = { name: 'shop', owner: ANN, ...data };
  const meta = { id: `project.created:${projectId}`, source: 'test', now: new Date() };
  await spawner.log.append(newEvent('project.created', { projectId }, created, meta));
  if (created.repo === undefined) {
    return { projectId, type: 'project.ready', data: { branch: 'main' } } as never;
  }
  const isOutcome = (event: StoredEvent) =>
    (event.type === 'project.ready' || event.type === 'project.failed') &&
    event.subject.includes(projectId);
  const event = await untilEvent(spawner.log, isOutcome, AbortSignal.timeout(60_000));
  if (event.type !== 'project.ready' && event.type !== 'project.failed') throw new Error('other');
  return { ...event, projectId };
}

/** An agent in a project, which does what it is told. */
export class ShellAgent {
  readonly agentId: string;
  readonly #spawner: SpawnerFixture;

  constructor(spawner: SpawnerFixture, agentId: string) {
    this.#spawner = spawner;
    this.agentId = agentId;
  }

  static async begin(
    spawner: SpawnerFixture,
    project: DataOf<'command.create'>['project'],
    more: Partial<DataOf<'command.create'>> = {},
  ): Promise<ShellAgent> {
    const agentId = newAgentId();
    const wish = {
      kind: 'line',
      commandLine: SHELL_AGENT,
      owner: ANN,
      ttlMs: 600_000,
      turnDeadlineMs: 120_000,
      ...(project && { project }),
      ...more,
    };
    await spawner.log.append(command(agentId, 'command.create', wish));
    await spawner.event(agentId, 'process.ready');
    return new ShellAgent(spawner, agentId);
  }

  /** Sends a line of shell, and waits for what is kept of the turn. */
  async does(line: string): Promise<Stored<'turn.snapshot' | 'turn.snapshot-failed'>> {
    const sent = command(this.agentId, 'command.send', { text: line, mode: 'wait' });
    await this.#spawner.log.append(sent);
    const started = await this.#spawner.event(
      this.agentId,
      'turn.started',
      ({ data }) => data.commandId === sent.id,
    );
    const { turnId } = started.data;
    const isKept = (event: StoredEvent) =>
      (event.type === 'turn.snapshot' || event.type === 'turn.snapshot-failed') &&
      event.subject.includes(this.agentId) &&
      event.data.turnId === turnId;
    const event = await untilEvent(this.#spawner.log, isKept, AbortSignal.timeout(60_000));
    if (event.type !== 'turn.snapshot' && event.type !== 'turn.snapshot-failed') throw new Error();
    return event;
  }

  /** Takes the last turn back; what came of it. */
  async undo(): Promise<Stored<'process.undone' | 'process.rejected'>> {
    const asked = command(this.agentId, 'command.undo', {});
    await this.#spawner.log.append(asked);
    const isOutcome = (event: StoredEvent) =>
      (event.type === 'process.undone' || event.type === 'process.rejected') &&
      event.data.commandId === asked.id;
    const event = await untilEvent(this.#spawner.log, isOutcome, AbortSignal.timeout(60_000));
    if (event.type !== 'process.undone' && event.type !== 'process.rejected') throw new Error();
    return event;
  }
}
