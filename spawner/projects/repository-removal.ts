import { rename, rm } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { ProjectState } from '../../core/domain/project/project.ts';
import { pause } from '../../platform/async/delay.ts';
import type { ProjectRepositories } from './project-repositories.ts';

export interface RepositoryRemovalOptions {
  repositories: ProjectRepositories;
  projects: () => Iterable<ProjectState>;
  /** Does an agent that lives work in this project? */
  isWorkedIn: (projectId: string) => boolean;
  /** So long after it was archived; milliseconds. Undefined: never. */
  afterMs: number | undefined;
  /** Between two looks, milliseconds; an hour without. */
  lookMs?: number;
  logger: Logger;
  clock: () => Date;
}

const LOOK_MS = 60 * 60_000;

/**
 * Removes the repositories of projects that were archived long ago, from the data folder of this spawner. What
 * was neither merged elsewhere, pushed nor exported is gone with them, so nothing is removed that nobody has asked for
 * (docs/decisions/0120-history-and-repositories-are-kept-by-settings.md).
 */
export class RepositoryRemoval {
  readonly #options: RepositoryRemovalOptions;

  constructor(options: RepositoryRemovalOptions) {
    this.#options = options;
  }

  /** Looks now and each hour, until the signal aborts; not at all where nothing is ever removed. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { afterMs, lookMs = LOOK_MS } = this.#options;
    if (afterMs === undefined) return;
    do await this.look();
    while (await pause(lookMs, signal));
  }

  /** Removes what is due. What fails is tried again at the next look. */
  async look(): Promise<void> {
    const { logger } = this.#options;
    for (const project of [...this.#options.projects()].filter((each) => this.#isDue(each))) {
      try {
        if (await this.#remove(project)) {
          logger.info(
            { projectId: project.id },
            'the repository of an archived project is removed',
          );
        }
      } catch (error) {
        logger.warn({ err: error, projectId: project.id }, 'its repository is not removed');
      }
    }
  }

  #isDue({ id, archivedAt }: ProjectState): boolean {
    const { afterMs, clock, isWorkedIn } = this.#options;
    if (afterMs === undefined || archivedAt === undefined || isWorkedIn(id)) return false;
    return clock().getTime() >= Date.parse(archivedAt) + afterMs;
  }

  /** Whole or not at all, for whoever asks for it meanwhile; what a killed process left is removed too. */
  async #remove({ id }: ProjectState): Promise<boolean> {
    const repository = this.#options.repositories.repository(id);
    const removed = `${repository.folder}.removed`;
    const wasThere = await repository.isThere();
    await rm(removed, { recursive: true, force: true });
    if (wasThere) await rename(repository.folder, removed);
    await rm(removed, { recursive: true, force: true });
    return wasThere;
  }
}
