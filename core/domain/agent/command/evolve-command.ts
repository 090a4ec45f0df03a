import type { EventType } from '../../../../schemas/event-catalogue.ts';
import { type AgentState, type PendingControl, unknownAgent } from '../agent-state.ts';
import type { EvolveBy } from '../evolve-by.ts';

/** Commands that need no more than their outcome, and the outcomes. */
export const evolveByCommand = {
  'command.interrupt': (state, { id }) => withControl(state, { commandId: id, name: 'interrupt' }),
  'command.stop': (state, { id }) => withControl(state, { commandId: id, name: 'stop' }),
  'command.delete': (state, { id }) => withControl(state, { commandId: id, name: 'delete' }),
  'command.extend': (state, { id, data }) =>
    withControl(state, { commandId: id, name: 'extend', ttlMs: data.ttlMs }),
  'command.run': (state, { id, data: { commandLine, timeoutMs } }) =>
    withControl(state, { commandId: id, name: 'run', commandLine, timeoutMs }),
  'command.file': (state, { id, data: { path, content } }) =>
    withControl(state, { commandId: id, name: 'file', path, content }),
  'process.command-started': (state, { data }) => onCommandStarted(state, data.commandId),
  'process.command-run': (state, { data }) => onCommandRun(state, data.commandId),
  'process.file-written': (state, { data }) => settle(state, data.commandId),
  'process.rejected': (state, { data }) => onRejected(state, data.commandId),
} satisfies Partial<EvolveBy<EventType>>;

export function withControl(state: AgentState, control: PendingControl): AgentState {
  return { ...state, controls: [...state.controls, control] };
}

/** The command is no longer to be begun; it has no outcome yet either. */
function onCommandStarted(state: AgentState, commandId: string): AgentState {
  const started = state.controls.find((control) => control.commandId === commandId);
  if (state.phase === 'unknown' || started?.name !== 'run') return state;
  return { ...settle(state, commandId), running: [...(state.running ?? []), started] };
}

function onCommandRun(state: AgentState, commandId: string): AgentState {
  const settled = settle(state, commandId);
  if (settled.phase === 'unknown' || settled.running === undefined) return settled;
  const { running, ...rest } = settled;
  const others = running.filter((command) => command.commandId !== commandId);
  return others.length === 0 ? rest : { ...rest, running: others };
}

/** With its `create` the agent itself is refused: there was one of its id before. */
function onRejected(state: AgentState, commandId: string): AgentState {
  const settled = settle(state, commandId);
  if (settled.phase !== 'requested' || settled.createdBy !== commandId) return settled;
  const { agentId, queue, controls, calls } = settled;
  return { ...unknownAgent(agentId), queue, controls, calls };
}

/** The command has its outcome. */
export function settle<S extends AgentState>(state: S, commandId: string): S {
  return {
    ...state,
    queue: state.queue.filter((message) => message.commandId !== commandId),
    controls: state.controls.filter((control) => control.commandId !== commandId),
  };
}
