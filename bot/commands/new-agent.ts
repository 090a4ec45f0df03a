import { kindOf } from '../../agents/agent-kinds.ts';
import { looksLikeModel } from '../../agents/kind-models.ts';
import type { AgentWish } from '../../core/conversation/agent-client.ts';
import { isAgentName, tidyAgentName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import { derivedId } from '../../schemas/ids.ts';
import type { BotParts, Recipient } from '../incoming/bot-context.ts';
import { modelButton } from '../text/button-data.ts';
import type { BotCommand } from './bot-command.ts';
import { currentAgent } from './current-agent.ts';
import { ownProjects, projectOfName } from './own-projects.ts';

/**
 * `/new [kind [model] [project or name]]`: a further agent, which messages go to from now on. A name that one
 * of the person's projects has is that project, in which it works.
 */
export const newAgent: BotCommand = async ({ incoming }, parts, argument) => {
  const { words, reply } = incoming;
  const [, kind = '', rest = ''] = /^(\S*)\s*([\s\S]*)$/.exec(argument) ?? [];
  const wish = kind === '' ? parts.wish : parts.kinds.get(kind);
  if (wish === undefined) {
    return reply('new', words.unknownKind(kind, [...parts.kinds.keys()].join(', ')));
  }
  const { model, given } = modelAndName(wish.kind, rest);
  const project = given === '' ? undefined : await projectNamed(given, incoming, parts);
  if (project !== undefined) {
    return reply('new', await created(incoming, parts, { ...wish, model, project }));
  }
  const name = given === '' ? undefined : tidyAgentName(given);
  if (name !== undefined && !isAgentName(name)) return reply('new', words.badName);
  await reply('new', await created(incoming, parts, { ...wish, name, model }));
};

/**
 * `/model`: what the agent's model is, and a button for each that its kind is known to have; `/model <name>`
 * takes that. Each is for a new agent of that kind: the one that runs keeps what it has.
 */
export const model: BotCommand = async (context, parts, argument) => {
  const agent = await currentAgent(context, parts);
  if (agent === undefined) return;
  const { words, reply } = context.incoming;
  const { kind = '' } = agent;
  const models = kindOf(kind)?.models;
  const wish = parts.kinds.get(kind);
  if (models === undefined || wish === undefined) return reply('model', words.noModels(kind));
  if (argument === '') {
    const buttons = models.known.map((name) => modelButton(kind, name));
    return reply('model', words.modelIs(agent.model, kind), buttons);
  }
  if (!looksLikeModel(models, argument)) {
    return reply('model', words.unknownModel(argument, models.known.join(', ')));
  }
  await reply('model', await created(context.incoming, parts, { ...wish, model: argument }));
};

async function projectNamed(name: string, incoming: Recipient, parts: BotParts) {
  const { all } = await ownProjects(incoming, parts);
  const found = projectOfName(name.trim(), all);
  return found.ok ? { id: found.project.id } : undefined;
}

/** Makes an agent for the chat, once for an update; what is to be said of it. */
export async function created(
  { person, id, words }: Pick<Recipient, 'person' | 'id' | 'words'>,
  { agentClient }: Pick<BotParts, 'agentClient'>,
  wish: AgentWish,
): Promise<string> {
  try {
    // Derived from the update: a repeat of it makes no second agent.
    const { name } = await agentClient.createAnother(person, wish, derivedId('agent-', id));
    return words.created(name, [wish.kind, wish.model].filter(Boolean).join(' · '));
  } catch (error) {
    const isTaken = error instanceof OrchestratorError && error.code === 'ORC_NAME_TAKEN';
    if (!isTaken) throw error;
    return words.nameTaken(wish.name ?? '');
  }
}

/** A model of that kind, where the first word is one, and what stands behind it. */
function modelAndName(kind: string, text: string): { model?: string; given: string } {
  const models = kindOf(kind)?.models;
  const [first = '', ...more] = text.trim().split(/\s+/);
  if (models === undefined || !looksLikeModel(models, first)) return { given: text };
  return { model: first, given: more.join(' ') };
}
