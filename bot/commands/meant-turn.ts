import { samePerson } from '../../core/domain/same-person.ts';
import type { Person } from '../../schemas/events/parts.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { BotContext, BotParts } from '../incoming/bot-context.ts';
import { replyTarget } from '../incoming/replied-to.ts';
import { VIEW_TIMEOUT_MS } from './bot-command.ts';
import { meantEvent } from './meant-message.ts';

/** An agent of the chat, and an event of a turn of it. */
export interface MeantTurn {
  agent: AgentSummary;
  at: { eventId: string };
}

/** What the message that is replied to is of; `nothing` where there is no reply, `others` where it is no turn of this chat's. */
export async function meantTurn(
  { incoming: { person }, msg }: BotContext,
  parts: BotParts,
): Promise<MeantTurn | 'nothing' | 'others'> {
  const original = msg && replyTarget(msg);
  if (original === undefined) return 'nothing';
  const meant = await meantEvent(parts.log, person, original);
  const agent = meant && (await ownAgent(meant.agentId, person, parts));
  return meant && agent ? { agent, at: { eventId: meant.eventId } } : 'others';
}

/** Undefined where it is none that this chat talks, or talked, to. */
async function ownAgent(
  agentId: string,
  person: Person,
  { views }: BotParts,
): Promise<AgentSummary | undefined> {
  const options = { timeoutMs: VIEW_TIMEOUT_MS };
  const { agent } = await views.request('agent', { agentId }, options);
  if (samePerson(agent.owner, person)) return agent;
  const { agents } = await views.request('user', person, options);
  return agents.includes(agentId) ? agent : undefined;
}
