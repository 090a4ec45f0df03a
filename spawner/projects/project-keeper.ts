import type { Logger } from 'pino';
import type { ProjectState } from '../../core/domain/project/project.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import { retry } from '../../platform/async/retry.ts';
import { SerialQueue } from '../../platform/async/serial-queue.ts';
import { asOrchestratorError, ERRORS, OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { parseSubject } from '../../schemas/subjects.ts';
import type { ProjectRepositories } from './project-repositories.ts';

export interface ProjectKeeperOptions {
  log: EventLog;
  follower: SystemFollower;
  repositories: ProjectRepositories;
  logger: Logger;
  clock: () => Date;
}

/** What an operator has to correct is told at once; a host that is away is tried again for so long. */
const PATIENCE_MS = 120_000;

/**
 * Fetches the repositories of new projects, one after the other, and states what came of each. Killed
 * in the middle, the next one begins with those that have no outcome; of several at once one outcome
 * is stored.
 */
export class ProjectKeeper {
  readonly #options: ProjectKeeperOptions;
  readonly #queue = new SerialQueue();
  readonly #begun = new Set<string>();

  constructor(options: ProjectKeeperOptions) {
    this.#options = options;
  }

  /** Begins with what is there. The follower must have caught up. */
  start(signal: AbortSignal): void {
    const { follower } = this.#options;
    const end = follower.subscribe(({ subject }) => {
      const address = parseSubject(subject);
      if (address?.family === 'project') this.#look(address.projectId, signal);
    });
    signal.addEventListener('abort', end, { once: true });
    for (const projectId of follower.state.projects.keys()) this.#look(projectId, signal);
  }

  /** Resolves when what was begun is over. */
  async idle(): Promise<void> {
    await this.#queue.run(async () => undefined);
  }

  #look(projectId: string, signal: AbortSignal): void {
    const project = this.#options.follower.state.projects.get(projectId);
    if (project?.phase !== 'fetching' || this.#begun.has(projectId)) return;
    this.#begun.add(projectId);
    void this.#queue.run(async () => {
      if (!signal.aborted) await this.#fetch(project, signal);
    });
  }

  async #fetch(project: ProjectState, signal: AbortSignal): Promise<void> {
    const { log, logger } = this.#options;
    try {
      const outcome = await this.#outcome(project, signal);
      const append = async () => {
        const result = await log.append(outcome);
        if (!result.ok && result.error !== 'id-taken') throw new Error(result.error);
      };
      await retry(append, { isPassing: () => true, signal });
    } catch (error) {
      if (!signal.aborted) logger.error({ err: error, projectId: project.id }, 'not fetched');
    } finally {
      this.#begun.delete(project.id);
    }
  }

  async #outcome(project: ProjectState, signal: AbortSignal): Promise<NewEvent> {
    const { repositories, clock } = this.#options;
    const whose = { projectId: project.id };
    const meta = () => ({
      id: `project.fetched:${project.id}`,
      source: 'orchestrator/projects',
      now: clock(),
      causationId: `project.created:${project.id}`,
    });
    try {
      const isPassing = (error: unknown) => isAway(error);
      const fetch = () => repositories.fetch(project);
      const ready = await retry(fetch, { isPassing, patienceMs: PATIENCE_MS, signal });
      return newEvent('project.ready', whose, ready, meta());
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = asOrchestratorError(error);
      const cure = error instanceof OrchestratorError ? error.cure : ERRORS[code].cure;
      return newEvent('project.failed', whose, { code, reason: message, cure }, meta());
    }
  }
}

/** git says so in words alone. */
const isAway = (error: unknown): boolean =>
  error instanceof OrchestratorError &&
  error.code === 'ORC_GIT' &&
  /timed? ?out|Could not resolve|Connection (refused|reset)|unreachable|returned error: 5\d\d/i.test(
    error.message,
  );
