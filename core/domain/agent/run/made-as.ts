import type { DataOf } from '../../../../schemas/event-catalogue.ts';
import type { EarlierLife } from '../../../../schemas/events/earlier-life.ts';
import type { AgentState, UnknownAgent } from '../agent-state.ts';

/** What an agent was created as, which it stays, also in a further run. Pure. */
export function madeAs(
  made: DataOf<'command.create'> | EarlierLife | Exclude<AgentState, UnknownAgent>,
) {
  const { kind, name, owner, commandLine, model, effort, project, allowedTools, ordered } = made;
  const { forkedFrom, whatIf, ttlMs, turnDeadlineMs } = made;
  return {
    kind,
    ...(name !== undefined && { name }),
    ...(owner && { owner }),
    ...(commandLine !== undefined && { commandLine }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(project && { project }),
    ...(allowedTools && { allowedTools }),
    ...(ordered && { ordered }),
    ...(forkedFrom && { forkedFrom }),
    ...(whatIf && { whatIf }),
    ttlMs,
    turnDeadlineMs,
  };
}
