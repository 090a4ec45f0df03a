import type { NewEvent } from '../../../../schemas/event.ts';
import type { EarlierLife } from '../../../../schemas/events/earlier-life.ts';
import { derivedId } from '../../../../schemas/ids.ts';
import { MAX_REVOKED } from '../../../../schemas/limits.ts';
import { agentEvent, type EventContext, ofCommand } from '../agent-event.ts';
import type { EndedAgent } from '../agent-state.ts';
import { rejectEvents, rejectQueueEvents } from '../command/command-events.ts';
import { later } from '../later.ts';
import { credentialsEnd, credentialUser } from './credentials.ts';
import { madeAs } from './made-as.ts';
import type { RunStep } from './next-run-step.ts';
import { startedEvents } from './run-events.ts';

/** Where its files are and what it will know; or why it cannot go on, in words. */
export type ResumeTold =
  | { runtime: string; place: string; memory: 'session' | 'digest' }
  | { refused: string };

/**
 * An agent that had ended goes on: a further run of the same agent, in its home, with its project, its
 * branch, its counts and its name. The run's id is derived from the command, so that a repeat is the
 * same run (docs/decisions/0111-a-conversation-outlives-its-process.md).
 */
export function resumeEvents(
  state: EndedAgent,
  { commandId, as, rewound }: RunStep & { do: 'resume' },
  told: ResumeTold,
  context: EventContext,
): NewEvent[] {
  if ('refused' in told) {
    // Whoever wrote to it learns why.
    return [
      ...rejectEvents(state, commandId, 'ORC_NOT_RESUMABLE', context, told.refused),
      ...rejectQueueEvents(state, 'ORC_NOT_RESUMABLE', told.refused, context),
    ];
  }
  const { agentId } = state;
  const { runtime, place, memory } = told;
  const was = earlierLife(state, as, context.now);
  const resumed = agentEvent(
    agentId,
    'process.resumed',
    { commandId, memory, ...(rewound && { rewound }), was },
    ofCommand(commandId),
    context,
  );
  const run = { runId: derivedId('run-', commandId), runtime };
  const expiresAt = later(context.now, state.ttlMs);
  // Its home stays where it is, wherever new agents are started.
  const started = startedEvents(state, { ...run, expiresAt }, commandId, { ...context, place });
  return [resumed, ...started];
}

function earlierLife(state: EndedAgent, as: string | undefined, now: Date): EarlierLife {
  const { createdAt, createdBy, counts, said, snapshots } = state;
  const revoked = revokedOf(state, now);
  return {
    ...madeAs(state),
    ...(as !== undefined && { name: as }),
    createdAt,
    createdBy,
    counts,
    runs: (state.earlierRuns ?? 0) + 1,
    ...(said && { said }),
    ...(snapshots && { snapshots }),
    ...(revoked.length > 0 && { revoked }),
  };
}

/** The users of all runs so far whose credentials could still be used. */
function revokedOf(state: EndedAgent, now: Date): { user: string; expires: string }[] {
  const { agentId, lastRun, revoked = [] } = state;
  const last = lastRun && {
    user: credentialUser(agentId, lastRun),
    expires: credentialsEnd(state, new Date(lastRun.expiresAt)).toISOString(),
  };
  return [...revoked, ...(last ? [last] : [])]
    .filter(({ expires }) => Date.parse(expires) > now.getTime())
    .slice(-MAX_REVOKED);
}
