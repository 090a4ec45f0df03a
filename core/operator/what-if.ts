import { OrchestratorError } from '../../schemas/errors.ts';
import type { WhatIf } from '../../schemas/events/command.ts';
import type { FileReference } from '../../schemas/events/file.ts';
import type { AgentProject } from '../../schemas/events/project.ts';
import { parseEvent } from '../../schemas/parse-event.ts';
import { subjectOf } from '../../schemas/subjects.ts';
import { notForkable, type TurnOfThen, turnOfThen } from '../conversation/fork-point.ts';
import type { EventLog } from '../log/event-log.ts';
import type { KnownAgent } from '../projection/life-from-log.ts';
import { createAs } from './create-agent.ts';
import { type ForkOptions, type ForkWish, forkAgent, lifeOf, wishOf } from './fork-agent.ts';

export interface WhatIfOptions extends Omit<ForkOptions, 'whatIf' | 'owner'> {
  /** What is said in place of what was said then; the same without. */
  say?: string | undefined;
  /** It is to have no network but to its model. */
  isolated: boolean;
}

/** A turn that is about to be run otherwise. */
export interface WhatIfBegun {
  /** The fork that runs it, which ends with it. */
  agentId: string;
  /** Its start is stored behind this. */
  sequence: number;
  whatIf: WhatIf;
}

/**
 * Has a turn of an agent run otherwise, once, by a fork that nobody talks to: made at the end of the turn before, or, where
 * that turn was the first, as that agent was made. All that it asks of the outside is answered by what is recorded of that
 * turn. Nothing is stated of the agent itself. Throws as {@link forkAgent} does.
 */
export async function whatIf(
  agentId: string,
  wish: Omit<ForkWish, 'name'>,
  options: WhatIfOptions,
): Promise<WhatIfBegun> {
  const { log, forkId, at, say, isolated, signal } = options;
  const { agent, events } = await lifeOf(log, agentId, signal);
  const then = turnOfThen(events, at);
  const { turnId, from, to, before } = then;
  const meant = { agentId, turnId, from, to, messageId: `say:${forkId}`, isolated };
  const earlier = await begun(log, forkId, meant);
  if (earlier !== undefined) return earlier;
  const order = { whatIf: meant, say: say === undefined ? saidThen(then) : { text: say } };
  if (before !== undefined) {
    const wanted = { ...options, at: { turnId: before }, whatIf: order };
    const { sequence } = await forkAgent(agentId, wish, wanted);
    return { agentId: forkId, sequence, whatIf: meant };
  }
  const whole = options.complete(wishOf(agent, wish, beginningOf(agent)));
  const made = { ...whole, ...order, allowedTools: agent.allowedTools };
  const { sequence } = await createAs(forkId, made, options);
  return { agentId: forkId, sequence, whatIf: meant };
}

/** The one that this very call has made before. Throws ORC_CONFLICT where its id is another agent's. */
async function begun(
  log: EventLog,
  forkId: string,
  { agentId, turnId }: WhatIf,
): Promise<WhatIfBegun | undefined> {
  const subject = subjectOf({ family: 'command', agentId: forkId, name: 'create' });
  const message = await log.first('EVENTS', subject);
  if (message === undefined) return undefined;
  const parsed = parseEvent(message);
  if (parsed.kind === 'event' && parsed.event.type === 'command.create') {
    const { whatIf: made } = parsed.event.data;
    const isSame = made?.agentId === agentId && made.turnId === turnId;
    if (isSame) return { agentId: forkId, sequence: message.sequence, whatIf: made };
  }
  throw new OrchestratorError('ORC_CONFLICT', `${forkId} was made by the same id of another call`, {
    cure: 'Use a fresh id for each thing that is asked for.',
  });
}

/** All that the turn was told, as one message. */
function saidThen({ turnId, messages }: TurnOfThen): { text: string; files?: FileReference[] } {
  const files = messages.flatMap(({ data }) => data.files ?? []);
  const text = messages.map(({ data }) => data.text).join('\n\n');
  if (text === '') throw notForkable(`What ${turnId} was told is not in the log`, 'Say it: --say.');
  return { text, ...(files.length > 0 && { files }) };
}

/** Throws ORC_NOT_FORKABLE where nobody knows with what files its first turn began. */
function beginningOf({ agentId, project }: KnownAgent): AgentProject | undefined {
  if (project === undefined) return undefined;
  if (project.inPlace) {
    const what = `Of the files before the first turn of ${agentId}, which works in place, nothing is kept`;
    throw notForkable(what, 'Name a later turn.');
  }
  const { id, from, beganAs = agentId } = project;
  return from ? { id, from } : { id, beganAs };
}
