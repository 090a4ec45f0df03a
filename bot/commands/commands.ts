import type { Api } from 'grammy';
import { addressedCommand } from '../incoming/addressed.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { english } from '../words/english.ts';
import { russian } from '../words/russian.ts';
import { ADMIN_COMMANDS, COMMANDS, type Words } from '../words/words.ts';
import { agents, logs, mode, status } from './about-agents.ts';
import { jobs } from './about-jobs.ts';
import { project, projects } from './about-projects.ts';
import { diff, undo } from './agent-work.ts';
import type { BotCommand } from './bot-command.ts';
import { extend, interrupt, stop } from './control-agent.ts';
import { allow, broadcast, deny, pair, users } from './for-admins.ts';
import { fork } from './fork.ts';
import { model, newAgent } from './new-agent.ts';
import { resume } from './resume.ts';
import { rewind } from './rewind.ts';
import { search } from './search.ts';

const start: BotCommand = ({ incoming }) => incoming.reply('start', incoming.words.welcome);

const help: BotCommand = ({ incoming }, { access }) => {
  const { words, userId, reply } = incoming;
  const names = access.isAdmin(userId) ? [...COMMANDS, ...ADMIN_COMMANDS] : COMMANDS;
  const lines = names.map((name) => `/${name}: ${words.commands[name]}`);
  return reply('help', words.help(lines.join('\n')));
};

const FOR_EVERYBODY: Record<'start' | (typeof COMMANDS)[number], BotCommand> = {
  start,
  help,
  status,
  new: newAgent,
  resume,
  fork,
  rewind,
  agents,
  model,
  projects,
  project,
  diff,
  undo,
  jobs,
  mode,
  logs,
  search,
  interrupt,
  stop,
  extend,
};

const FOR_ADMINS: Record<(typeof ADMIN_COMMANDS)[number], BotCommand> = {
  users,
  pair,
  allow,
  deny,
  broadcast,
};

/**
 * Does the command that a message is; `next` where it is none. What looks like one and is not ours is
 * said to be so, with how it goes to the agent: many CLIs have such commands of their own.
 */
export function commands(parts: BotParts, before: (context: BotContext) => Promise<void>) {
  return async (context: BotContext, next: () => Promise<void>): Promise<void> => {
    const called = context.msg && addressedCommand(context.msg, context.me);
    if (called === undefined) return next();
    await before(context);
    const { name, argument } = called;
    const { userId, words, reply } = context.incoming;
    // What the message said before was done then: it may be an edit that changes nothing.
    if (context.editedMessage) return reply('edited', words.editedCommand(name));
    if (isOf(FOR_EVERYBODY, name)) return FOR_EVERYBODY[name](context, parts, argument);
    if (!isOf(FOR_ADMINS, name)) return reply('unknown', words.unknownCommand(name));
    if (!parts.access.isAdmin(userId)) return reply('admins-only', words.adminsOnly);
    return FOR_ADMINS[name](context, parts, argument);
  };
}

const isOf = <T extends object>(table: T, name: string): name is string & keyof T =>
  Object.hasOwn(table, name);

/** The menu, in the languages that the bot speaks. */
export async function setCommands(api: Api, signal: AbortSignal): Promise<void> {
  const menu = (words: Words) =>
    COMMANDS.map((command) => ({ command, description: words.commands[command] }));
  if (!signal.aborted) await api.setMyCommands(menu(english));
  if (!signal.aborted) await api.setMyCommands(menu(russian), { language_code: 'ru' });
}
