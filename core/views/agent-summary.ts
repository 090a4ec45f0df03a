import { agentNames } from '../../schemas/agent-name.ts';
import { MAX_SHOWN_END, MAX_SHOWN_MESSAGES } from '../../schemas/limits.ts';
import type { AgentSummary } from '../../schemas/views.ts';
import { type AgentState, type EndedAgent, isLive } from '../domain/agent/agent-state.ts';
import { goesOn } from '../domain/agent/goes-on.ts';

const NO_COUNTS = { messages: 0, answers: 0, turns: 0, failed: 0 };

/**
 * An agent as it is shown: no message's text leaves the log by this way.
 *
 * @param project the name of its first project, where it has one
 */
export function agentSummary(state: AgentState, project?: string): AgentSummary {
  const { agentId, phase, queue } = state;
  const base = { agentId, phase, queued: queue.length, deleted: false, counts: NO_COUNTS };
  if (state.phase === 'unknown') return base;
  const { kind, owner, createdAt, counts, model } = state;
  const names = agentNames(state, project);
  const { project: worksIn, ordered, forkedFrom, whatIf } = state;
  const known = {
    ...base,
    kind,
    names,
    ...(model !== undefined && { model }),
    ...(owner && { owner }),
    ...(worksIn && { projectId: worksIn.id }),
    ...(ordered?.by !== undefined && { orderedBy: ordered.by }),
    ...(forkedFrom && { forkedFrom }),
    ...(whatIf && { whatIf: { agentId: whatIf.agentId, turnId: whatIf.turnId } }),
    createdAt,
    counts,
  };
  if (state.phase === 'ended') {
    const end = `${state.end.how}: ${state.end.detail}`.slice(0, MAX_SHOWN_END);
    const shown = { ...known, endedAt: state.endedAt, end, deleted: state.deleted };
    // It is about to go on.
    if (goesOn(state)) return { ...shown, phase: shownPhase(state) };
    return { ...shown, ...(state.homeRemoved && { homeRemoved: true }) };
  }
  if (!isLive(state)) return known;
  const { runId, node, expiresAt, pid } = state.run;
  const run = { runId, node, expiresAt, ...(pid !== undefined && { pid }) };
  if (state.turn === null) return { ...known, ...run };
  const { turnId, startedAt, deadlineAt } = state.turn;
  const messages = state.turn.messages.slice(-MAX_SHOWN_MESSAGES);
  return { ...known, ...run, turn: { turnId, startedAt, deadlineAt, messages } };
}

/** The phase in which it is shown. */
export const shownPhase = (state: AgentState): AgentState['phase'] =>
  state.phase === 'ended' && mayGoOn(state) ? 'requested' : state.phase;

const mayGoOn = (state: EndedAgent): boolean =>
  !state.deleted && !state.homeRemoved && goesOn(state);
