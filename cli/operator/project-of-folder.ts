import { basename } from 'node:path';
import { samePerson } from '../../core/domain/same-person.ts';
import { EventLog } from '../../core/log/event-log.ts';
import { allProjects } from '../../core/operator/all-projects.ts';
import { stateProject } from '../../core/operator/state-project.ts';
import { ViewsClient } from '../../platform/service/views-client.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import type { TalkContext } from '../chat/talk-context.ts';
import { terminalPerson } from '../chat/terminal-person.ts';

const VIEW_TIMEOUT_MS = 10_000;

/** The project that whoever sits here has of a folder; it is made where there is none that can be worked in. */
export async function projectOfFolder(
  { settings, connection }: TalkContext,
  folder: string,
): Promise<AgentProject> {
  const log = new EventLog(connection);
  const owner = terminalPerson(settings);
  const all = await allProjects(new ViewsClient(connection.nc), VIEW_TIMEOUT_MS);
  const known = all.findLast(
    (project) =>
      project.repo === folder && project.phase === undefined && samePerson(project.owner, owner),
  );
  if (known !== undefined) return { id: known.id };
  const name = basename(folder).slice(0, 100);
  return { id: await stateProject(log, { name, owner, repo: folder }) };
}
