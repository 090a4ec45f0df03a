import { OrchestratorError } from '../../schemas/errors.ts';
import { type TurnSide, turnSide } from '../conversation/turn-side.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import { lifeOf } from './fork-agent.ts';
import type { WhatIfBegun } from './what-if.ts';

/** What happened, and what might have. */
export interface WhatIfComparison {
  /** The what-if’s own agent. */
  agentId: string;
  /** The turn that was run otherwise. */
  of: { agentId: string; turnId: string };
  /** It had no network but to its model. */
  isolated: boolean;
  /** It has ended and is deleted: nothing more comes. */
  isOver: boolean;
  recorded: TurnSide;
  tried: TurnSide;
}

/**
 * A turn and what it would have been, side by side, as far as that has come. Throws ORC_AGENT_NOT_FOUND, and
 * ORC_BAD_INPUT for an agent that is no what-if.
 */
export async function compareWhatIf(
  log: EventLog,
  agentId: string,
  signal?: AbortSignal,
): Promise<WhatIfComparison> {
  const tried = await lifeOf(log, agentId, signal);
  const { whatIf } = tried.agent;
  if (whatIf === undefined) {
    throw new OrchestratorError('ORC_BAD_INPUT', `${agentId} is no what-if`, {
      cure: '`orchestrator what-if <agent> --at <turn>` makes one.',
    });
  }
  const { turnId, messageId, isolated } = whatIf;
  const recorded = await lifeOf(log, whatIf.agentId, signal);
  return {
    agentId,
    of: { agentId: whatIf.agentId, turnId },
    isolated,
    isOver: tried.events.some(({ type }) => type === 'process.deleted'),
    recorded: turnSide(recorded.events, { ...recorded.agent, turn: { turnId }, byRecord: false }),
    tried: turnSide(tried.events, { ...tried.agent, turn: { messageId }, byRecord: true }),
  };
}

/** Waits until nothing more comes of a what-if. Throws ORC_TIMED_OUT; it ends by itself all the same. */
export async function awaitWhatIf(
  log: EventLog,
  { agentId, sequence }: WhatIfBegun,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const wanted = { of: { agentId }, from: sequence, timeoutMs, what: 'the end of it', signal };
  await awaitEvent(log, wanted, ({ type }) => type === 'process.deleted' || undefined);
}
