import type { ProjectView } from '../../schemas/views.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';
import { projectButton } from '../text/button-data.ts';
import type { Words } from '../words/words.ts';
import type { BotCommand } from './bot-command.ts';
import { NO_PROJECT, ownProjects, projectOfName } from './own-projects.ts';

const MAX_LISTED = 20;

/** `/projects`: the person's projects, and a button for each that makes new agents begin in it. */
export const projects: BotCommand = async ({ incoming }, parts) => {
  const { words, reply } = incoming;
  const { chosen, all } = await ownProjects(incoming, parts);
  const shown = all.filter(({ phase }) => phase !== 'archived').slice(-MAX_LISTED);
  if (shown.length === 0) return reply('projects', words.noProjects);
  const lines = shown.map((project) => `- ${projectLine(project, chosen, words)}`);
  const buttons = shown
    .filter(({ phase }) => phase === undefined)
    .map(({ id, name }) => projectButton(id, name));
  await reply('projects', `${words.projectsTitle}\n\n${lines.join('\n')}`, buttons);
};

/** `/project`: which one new agents begin in; `/project <name>` makes it that one, `/project -` none. */
export const project: BotCommand = async ({ incoming }, parts, argument) => {
  const { words, reply } = incoming;
  if (argument === NO_PROJECT) return reply('project', await choose(incoming, parts, undefined));
  const { chosen, all } = await ownProjects(incoming, parts);
  if (argument === '') {
    const current = all.find(({ id }) => id === chosen);
    return reply('project', current ? projectLine(current, chosen, words) : words.noProjectChosen);
  }
  const found = projectOfName(argument, all);
  if (!found.ok) return reply('project', words.noSuchProject(argument));
  await reply('project', await choose(incoming, parts, found.project));
};

/** New agents of the chat begin in this project, or in none; what is to be said of it. */
export async function choose(
  { chatId, id, words }: Pick<Recipient, 'chatId' | 'id' | 'words'>,
  { directory }: Pick<BotParts, 'directory'>,
  wanted: ProjectView | undefined,
): Promise<string> {
  const data = wanted === undefined ? {} : { projectId: wanted.id };
  await directory.state('user.project-chosen', chatId, data, id);
  return wanted === undefined ? words.noProjectChosen : words.projectChosen(wanted.name);
}

/** A project and how it is with it, in one line. Pure. */
function projectLine(
  { id, name, branch, phase, problem }: ProjectView,
  chosen: string | undefined,
  { projectPhases }: Words,
): string {
  const mark = id === chosen ? '▶ ' : '';
  const state = phase === undefined ? branch : projectPhases[phase];
  const why = problem === undefined ? '' : `: ${problem.reason}`;
  return `${mark}**${name}**${state === undefined ? '' : ` (${state}${why})`}`;
}
