import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { Erasure } from '../../schemas/erasure.ts';
import type { DataPaths } from '../service/data-paths.ts';

type Paths = Pick<DataPaths, 'root' | 'agents' | 'jobs' | 'projects' | 'snapshots' | 'systemLog'>;
type Whose = Pick<Erasure, 'people' | 'agents' | 'jobs' | 'projects'>;

/**
 * Removes what a data folder has of a person: homes with workspaces and sessions, repositories, runs of jobs, how far a
 * terminal was read, lines of the system log that name something of theirs; and all checkpoints, which are made anew from the
 * log. Safe to be repeated.
 */
export async function eraseFiles(paths: Paths, whose: Whose): Promise<void> {
  const { people, agents, jobs, projects } = whose;
  const terminals = people.filter(({ channel }) => channel === 'terminal');
  const all = [
    ...agents.map((id) => join(paths.agents, id)),
    ...jobs.map((id) => join(paths.jobs, id)),
    ...projects.map((id) => join(paths.projects, `${id}.git`)),
    ...terminals.map(({ userId }) => join(paths.root, 'terminal', `${userId}.json`)),
    paths.snapshots,
  ];
  for (const path of all) await rm(path, { recursive: true, force: true });
  for (const file of [paths.systemLog, `${paths.systemLog}.old`]) await eraseLines(file, whose);
}

/** Leaves out the lines that name one of them. Killed in between, the file is as it was. */
async function eraseLines(file: string, { people, agents, jobs, projects }: Whose): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return;
  const names = [...agents, ...jobs, ...projects, ...people.map(({ userId }) => userId)];
  const own = new RegExp(`(?<![\\w-])(${names.join('|')})(?![\\w])`);
  const draft = `${file}.draft`;
  const target = createWriteStream(draft, { mode: found.mode });
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (!own.test(line)) target.write(`${line}\n`);
  }
  target.end();
  await finished(target);
  await rename(draft, file);
}
