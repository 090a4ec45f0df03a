import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { pino } from 'pino';
import type { ProjectState } from '../../../core/domain/project/project.ts';
import { ProjectRepositories } from '../../../spawner/projects/project-repositories.ts';
import { ProjectWork } from '../../../spawner/projects/project-work.ts';
import { RepositoryRemoval } from '../../../spawner/projects/repository-removal.ts';
import { ownFolder, systemGit } from '../../support/git.ts';

const DAY_MS = 86_400_000;
const ARCHIVED_AT = '2026-01-01T00:00:00.000Z';

const project = (id: string, archivedAt?: string): ProjectState => ({
  id,
  name: id,
  createdAt: ARCHIVED_AT,
  ...(archivedAt !== undefined && { archivedAt, phase: 'archived' }),
});

test('the repository of a project is removed so long after it was archived, where nobody works in it', async (t) => {
  const folder = ownFolder(t);
  const repositories = new ProjectRepositories({ git: systemGit(folder), folder, roots: [] });
  const all = [project('live'), project('old', ARCHIVED_AT), project('busy', ARCHIVED_AT)];
  for (const { id } of all) await repositories.repository(id).make('main');
  // Of a process that was killed while it removed one.
  mkdirSync(join(folder, 'old.git.removed', 'objects'), { recursive: true });
  let now = new Date(Date.parse(ARCHIVED_AT) + DAY_MS - 1);
  const busy = new Set(['busy']);
  const options = {
    repositories,
    projects: () => all,
    isWorkedIn: (id: string) => busy.has(id),
    logger: pino({ level: 'silent' }),
    clock: () => now,
  };
  const removal = new RepositoryRemoval({ ...options, afterMs: DAY_MS });
  const kept = () => all.map(({ id }) => id).filter((id) => existsSync(join(folder, `${id}.git`)));

  await removal.look();
  t.deepEqual(kept(), ['live', 'old', 'busy']);
  now = new Date(Date.parse(ARCHIVED_AT) + DAY_MS);
  await new RepositoryRemoval({ ...options, afterMs: undefined }).look();
  t.deepEqual(kept(), ['live', 'old', 'busy']);
  await removal.look();
  t.deepEqual(kept(), ['live', 'busy']);
  t.false(existsSync(join(folder, 'old.git.removed')));
  busy.clear();
  await removal.look();
  t.deepEqual(kept(), ['live']);

  const shown = new ProjectWork(repositories).log(project('old', ARCHIVED_AT), undefined, 1);
  await t.throwsAsync(shown, { message: /archived, and its repository is not kept any more/ });
});

test('what becomes due later is removed by a later look, and nothing is looked at once the service ends', async (t) => {
  const folder = ownFolder(t);
  const repositories = new ProjectRepositories({ git: systemGit(folder), folder, roots: [] });
  await repositories.repository('old').make('main');
  let now = new Date(ARCHIVED_AT);
  let looks = 0;
  const [second, removed] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const removal = new RepositoryRemoval({
    repositories,
    projects: () => {
      looks += 1;
      if (looks === 2) second.resolve();
      return [project('old', ARCHIVED_AT)];
    },
    isWorkedIn: () => false,
    afterMs: DAY_MS,
    lookMs: 10,
    logger: pino({ level: 'info' }, { write: (line) => removed.resolve(line) }),
    clock: () => now,
  });
  const end = new AbortController();
  const running = removal.run(end.signal);
  await second.promise;
  t.true(existsSync(join(folder, 'old.git')));
  now = new Date(Date.parse(ARCHIVED_AT) + DAY_MS);
  t.regex(await removed.promise, /"projectId":"old"/);
  t.false(existsSync(join(folder, 'old.git')));
  end.abort();
  await running;
  const before = looks;
  await new RepositoryRemoval({
    repositories,
    projects: () => {
      looks += 1;
      return [];
    },
    isWorkedIn: () => false,
    afterMs: undefined,
    logger: pino({ level: 'silent' }),
    clock: () => now,
  }).run(new AbortController().signal);
  t.is(looks, before, 'nor where nothing is ever removed');
});
