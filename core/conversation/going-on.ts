import { sameName } from '../../schemas/agent-name.ts';
import { OrchestratorError } from '../../schemas/errors.ts';
import type { NewEvent } from '../../schemas/event.ts';
import type { Person } from '../../schemas/events/parts.ts';
import { newEvent } from '../../schemas/new-event.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import type { AgentWish } from './agent-client.ts';
import { asked, assignment } from './events-of-person.ts';
import { nameFor } from './name-for.ts';
import { shownAgentName } from './named-agent.ts';

/** Why an agent that has ended cannot go on, in words; undefined where it can. Pure. */
export function notResumable({ deleted, homeRemoved }: AgentSummary): string | undefined {
  if (deleted) return 'it was deleted';
  return homeRemoved ? 'its files were kept long enough and are removed' : undefined;
}

/** Throws ORC_NOT_RESUMABLE. */
export function requireResumable(agent: AgentSummary): void {
  const why = notResumable(agent);
  if (why === undefined) return;
  throw new OrchestratorError('ORC_NOT_RESUMABLE', `${shownAgentName(agent)} cannot go on: ${why}`);
}

/**
 * Whether the next message goes on with an agent. One that was never started, and never said anything,
 * is nothing to go on with. Pure.
 */
export function mayGoOn(
  agent: AgentSummary,
  { kind, ofThisKind, project }: Pick<AgentWish, 'kind' | 'ofThisKind' | 'project'>,
): boolean {
  const { phase, counts, end } = agent;
  if (phase === 'unknown' || notResumable(agent) !== undefined) return false;
  if (end?.startsWith('start-failed') && counts.messages === 0) return false;
  if (project !== undefined && project.id !== agent.projectId) return false;
  return !ofThisKind || agent.kind === kind;
}

/**
 * That an agent goes on, and its person talks to it; under another name where one that lives has its own.
 * The assignment comes last: whoever has read it has read the command too.
 */
export function goingOn(
  agent: AgentSummary,
  person: Person,
  own: readonly AgentSummary[],
  id: string,
): NewEvent[] {
  const { agentId } = agent;
  const name = freeName(agent, own);
  const data = { from: person, ...(name !== undefined && { name }) };
  const resume = newEvent('command.resume', { agentId }, data, asked(person, id));
  const cause = { correlationId: id, causationId: id };
  return [resume, assignment(agentId, person, `user.agent-assigned:${id}`, cause)];
}

/** Undefined where it keeps the one that it has. */
function freeName(
  { agentId, kind = '', names = [] }: AgentSummary,
  own: readonly AgentSummary[],
): string | undefined {
  const [name] = names;
  const others = own.filter((other) => other.agentId !== agentId);
  const isTaken = others.some((other) =>
    other.names?.some((each) => name !== undefined && sameName(each, name)),
  );
  return isTaken ? nameFor({ kind }, others) : undefined;
}
