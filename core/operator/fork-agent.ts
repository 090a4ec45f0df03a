import { OrchestratorError } from '../../schemas/errors.ts';
import type { ForkedFrom } from '../../schemas/events/command.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import type { AgentWish } from '../conversation/agent-client.ts';
import { forkDigest } from '../conversation/fork-digest.ts';
import {
  type ForkPoint,
  forkPoint,
  notForkable,
  type TurnMeant,
} from '../conversation/fork-point.ts';
import type { Views } from '../conversation/views.ts';
import type { EventLog } from '../log/event-log.ts';
import { type KnownAgent, lifeFromLog } from '../projection/life-from-log.ts';
import { type CreateOptions, createAs } from './create-agent.ts';

/** What a fork is to be, where it is not what the agent was that it is of. */
export type ForkWish = Pick<AgentWish, 'name' | 'model' | 'effort'> & { kind?: string | undefined };

export interface ForkOptions extends Omit<CreateOptions, 'key'> {
  /** Of the fork; derived from the caller's own id, a repeat makes no second one. */
  forkId: string;
  /** The turn that it goes on from; the last one that is over without. */
  at?: TurnMeant | undefined;
  /** What the settings say of an agent of that kind. */
  complete: (wish: Omit<AgentWish, 'ttlMs' | 'turnDeadlineMs'>) => AgentWish;
  /** One turn of it is all that is wanted. */
  whatIf?: Pick<AgentWish, 'whatIf' | 'say'> | undefined;
  signal?: AbortSignal | undefined;
}

/** A fork, and what it is told. Whether it has the other one's session as well, its start says: `forkMemory`. */
export interface Forked {
  agentId: string;
  name?: string;
  /** Its start is stored behind this. */
  sequence: number;
  forkedFrom: ForkedFrom;
  /** When that turn ended. */
  endedAt: string;
  /** How many messages, answers and questions its digest is of; entries of it that are left out or cut short. */
  messages: number;
  leftOut: number;
  shortened: number;
  /** Whose turn's files it begins with; absent where it begins with an empty folder. */
  files?: { turnId: string; commit: string };
}

/**
 * Makes an agent that knows what another one knew at the end of a turn: by the session of its CLI up to there, where the spawner that
 * starts it has one, else by the digest of what was said that is its first message. It has
 * the files that its project has kept of that turn, in a clone and on a branch of its own. Nothing is stated of the other
 * one, which may live, have ended, or have been archived or deleted. Throws ORC_AGENT_NOT_FOUND, ORC_TURN_NOT_FOUND,
 * ORC_NOT_FORKABLE, ORC_CONFLICT, and as `createAgent` does.
 */
export async function forkAgent(
  agentId: string,
  wish: ForkWish,
  options: ForkOptions,
): Promise<Forked> {
  const { log, forkId, at, signal } = options;
  const { agent, events } = await lifeOf(log, agentId, signal);
  const earlier = await earlierFork(log, forkId);
  const meant = at ?? (earlier && { turnId: earlier.forkedFrom.turnId });
  const point = forkPoint(events, meant);
  const forkedFrom = { agentId, turnId: point.turnId, sequence: point.sequence };
  const { text, ...counts } = forkDigest(point.story, {
    agentId,
    name: agent.name,
    turnId: point.turnId,
    endedAt: point.endedAt,
    files: filesTold(agent, point),
  });
  const { turnId, commit } = point.files ?? {};
  const told = {
    forkedFrom,
    endedAt: point.endedAt,
    ...counts,
    ...(turnId !== undefined && commit !== undefined && { files: { turnId, commit } }),
  };
  if (earlier !== undefined) return { ...sameFork(earlier, forkId, forkedFrom), ...told };
  const project = await projectOf(agent, point, options);
  const whole = options.complete(wishOf(agent, wish, project));
  const { allowedTools } = agent;
  const created = await createAs(
    forkId,
    { ...whole, ...options.whatIf, forkedFrom, allowedTools, first: text },
    options,
  );
  return { ...created, ...told };
}

/** An agent as its events tell it, and those of them that count. Throws ORC_AGENT_NOT_FOUND. */
export async function lifeOf(log: EventLog, agentId: string, signal: AbortSignal | undefined) {
  const life = await lifeFromLog(log, agentId, signal);
  if (life !== undefined) return life;
  throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${agentId}`);
}

interface EarlierFork {
  sequence: number;
  name?: string;
  forkedFrom: ForkedFrom;
}

/** The one that this very call has made before. Throws ORC_CONFLICT where its id is another agent's. */
async function earlierFork(log: EventLog, forkId: string): Promise<EarlierFork | undefined> {
  const subject = subjectOf({ family: 'command', agentId: forkId, name: 'create' });
  const message = await log.first('EVENTS', subject);
  if (message === undefined) return undefined;
  const parsed = parseEvent(message);
  if (parsed.kind === 'event' && parsed.event.type === 'command.create') {
    const { sequence, data } = parsed.event;
    const { name, forkedFrom } = data;
    if (forkedFrom) return { sequence, forkedFrom, ...(name !== undefined && { name }) };
  }
  throw usedOtherwise(forkId);
}

function sameFork({ sequence, name, forkedFrom }: EarlierFork, agentId: string, now: ForkedFrom) {
  const isSame = forkedFrom.agentId === now.agentId && forkedFrom.turnId === now.turnId;
  if (!isSame) throw usedOtherwise(agentId);
  return { agentId, sequence, ...(name !== undefined && { name }) };
}

const usedOtherwise = (forkId: string): OrchestratorError =>
  new OrchestratorError('ORC_CONFLICT', `${forkId} was made by the same id of another call`, {
    cure: 'Use a fresh id for each thing that is asked for.',
  });

/** What was said to be, and what the agent was; a model is of its kind. */
export function wishOf(
  agent: KnownAgent,
  { kind = agent.kind, name, model, effort }: ForkWish,
  project: AgentProject | undefined,
) {
  const own = kind === agent.kind ? agent : undefined;
  return {
    kind,
    name,
    commandLine: own?.commandLine,
    model: model ?? own?.model,
    effort: effort ?? own?.effort,
    project,
  };
}

/** Throws ORC_NOT_FORKABLE where nothing is kept of the files, or nobody works in that project any more. */
async function projectOf(
  { agentId, project }: KnownAgent,
  { files, turnId }: ForkPoint,
  { views, timeoutMs }: { views: Views; timeoutMs: number },
): Promise<AgentProject | undefined> {
  if (project === undefined) return undefined;
  if (files === undefined) {
    const what = `No snapshot of the files of ${agentId} up to turn ${turnId} is in the log`;
    throw notForkable(what, 'Name a later turn.');
  }
  const { projects } = await views.request('projects', { id: project.id }, { timeoutMs });
  const [known] = projects;
  if (known === undefined || known.phase !== undefined) {
    const why = known?.phase === undefined ? 'is not there' : `is ${known.phase}`;
    throw notForkable(`The project of ${agentId} ${why}`, 'Create an agent instead.');
  }
  const { commit, head } = files;
  return { id: project.id, from: { commit, ...(head !== undefined && { head }) } };
}

function filesTold({ project }: KnownAgent, { files, turnId }: ForkPoint): string {
  if (project === undefined) {
    return 'Your folder is empty: it has none of the files that were made then.';
  }
  const whose =
    files?.turnId === turnId
      ? 'of the end of that turn'
      : `of turn ${files?.turnId}, for of the last turn nothing is kept`;
  return `Your files are those ${whose}, without what git ignores, in a clone and on a branch of your own.`;
}
