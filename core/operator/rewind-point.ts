import { OrchestratorError } from '../../schemas/errors.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import { type StoryEntry, storyOf } from '../conversation/agent-story.ts';
import { forkPoint, type TurnMeant } from '../conversation/fork-point.ts';
import { standing } from '../conversation/standing.ts';
import type { EventLog } from '../log/event-log.ts';
import { lifeFromLog } from '../projection/life-from-log.ts';

/** What a rewind is to take back. */
export interface RewindWish {
  to: TurnMeant;
  conversation: boolean;
  files: boolean;
}

/** What is asked of the agent, and what no rewind takes back. */
export interface RewindPoint {
  data: DataOf<'command.rewind'>;
  /** When that turn ended. */
  endedAt: string;
  /** What was said to people and done outside since: answers, calls, jobs. */
  notUndone: string[];
}

/** Things of it that are named. */
const MAX_NAMED = 50;

/**
 * What it takes to have an agent be as at the end of a turn. Throws ORC_USAGE where neither the conversation nor the files are
 * asked for, ORC_AGENT_NOT_FOUND, ORC_TURN_NOT_FOUND also for a turn that was rewound, ORC_NOT_FORKABLE for one that is not over, and
 * ORC_NO_CHANGES where no snapshot of its files is kept.
 */
export async function rewindPoint(
  log: EventLog,
  agentId: string,
  { to, conversation, files }: RewindWish,
  signal?: AbortSignal,
): Promise<RewindPoint> {
  if (!conversation && !files) {
    throw new OrchestratorError('ORC_USAGE', 'Nothing is to be rewound', {
      cure: 'Ask for the conversation, the files, or both: --conversation, --files.',
    });
  }
  const life = await lifeFromLog(log, agentId, signal);
  if (life === undefined) {
    throw new OrchestratorError('ORC_AGENT_NOT_FOUND', `There is no agent ${agentId}`);
  }
  const events = standing(life.events);
  const point = forkPoint(events, to);
  const { turnId, sequence, endedAt } = point;
  if (files && point.files?.turnId !== turnId) {
    const what = `No snapshot of the files of turn ${turnId} is kept`;
    throw new OrchestratorError('ORC_NO_CHANGES', what);
  }
  const since = storyOf(events).slice(point.story.length);
  return {
    data: {
      turnId,
      sequence,
      ...(conversation && { conversation: true as const }),
      ...(files && { files: true as const }),
    },
    endedAt,
    notUndone: notUndone(since),
  };
}

/** What the agent has said, and what it has had done. */
function notUndone(since: readonly StoryEntry[]): string[] {
  const outside = since.filter(({ lead }) => lead.startsWith('You ') || lead === 'A job reported');
  const named = outside.slice(0, MAX_NAMED).map(({ time, lead, text }) => {
    const begin = text.split('\n', 1)[0]?.slice(0, 80) ?? '';
    return `${time} ${lead.replace(/^You /, 'it ')}${begin === '' ? '' : `: ${begin}`}`;
  });
  const more = outside.length - named.length;
  return more > 0 ? [...named, `and ${more} more`] : named;
}
