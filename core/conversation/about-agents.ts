import type { StoredEvent } from '../../schemas/event.ts';

/** Whether a person is given one of these agents by it, or none any more. Pure. */
export const isAssignmentOf = (
  event: StoredEvent | undefined,
  agents: ReadonlySet<string>,
): boolean =>
  (event?.type === 'user.agent-assigned' || event?.type === 'user.agent-released') &&
  agents.has(event.data.agentId);

/** Whether a question of one of these agents was shown by it. Pure. */
export const isQuestionOf = (
  event: StoredEvent | undefined,
  agents: ReadonlySet<string>,
): boolean =>
  event?.type === 'delivery.shown' && agents.has(event.data.questionId.split('_')[0] ?? '');
