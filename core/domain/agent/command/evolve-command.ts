import type { StoredEvent } from '../../../../schemas/event.ts';
import type { EventType } from '../../../../schemas/event-catalogue.ts';
import {
  type AgentState,
  isLive,
  type PendingControl,
  unknownAgent,
  waiting,
} from '../agent-state.ts';
import type { EvolveBy } from '../evolve-by.ts';
import { withOverflow, withoutOverflow } from './overflow.ts';

/** Commands that need no more than their outcome, and the outcomes. */
export const evolveByCommand = {
  'command.interrupt': (state, event) =>
    withControl(state, { commandId: event.id, name: 'interrupt' }, event),
  'command.stop': (state, event) =>
    withControl(state, { commandId: event.id, name: 'stop' }, event),
  'command.delete': (state, event) =>
    withControl(state, { commandId: event.id, name: 'delete' }, event),
  'command.extend': (state, event) =>
    withControl(state, { commandId: event.id, name: 'extend', ttlMs: event.data.ttlMs }, event),
  'command.run': (state, event) => {
    const { commandLine, timeoutMs } = event.data;
    return withControl(state, { commandId: event.id, name: 'run', commandLine, timeoutMs }, event);
  },
  'command.rewind': (state, event) => {
    const { turnId, sequence, conversation, files } = event.data;
    const wanted = { ...(conversation && { conversation }), ...(files && { files }) };
    const control = { commandId: event.id, name: 'rewind' as const, turnId, sequence, ...wanted };
    return withControl(state, control, event);
  },
  'command.undo': (state, event) =>
    withControl(state, { commandId: event.id, name: 'undo' }, event),
  'command.file': (state, event) => {
    const { path, content } = event.data;
    return withControl(state, { commandId: event.id, name: 'file', path, content }, event);
  },
  'process.command-started': (state, { data }) => onCommandStarted(state, data.commandId),
  'process.command-run': (state, { data }) => onCommandRun(state, data.commandId),
  'process.file-written': (state, { data }) => settle(state, data.commandId),
  'process.rejected': (state, { data }) =>
    data.at === undefined ? onRejected(state, data.commandId) : withoutOverflow(state, data.at),
} satisfies Partial<EvolveBy<EventType>>;

/** A command waits, or comes to what the state has no room for. */
export const withControl = (
  state: AgentState,
  control: PendingControl,
  event: StoredEvent,
): AgentState => withOverflow(state, event) ?? { ...state, controls: [...state.controls, control] };

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
  // Nothing comes of it any more: it ends as after its turn.
  if (isLive(settled) && settled.whatIf?.messageId === commandId) {
    return { ...settled, whatIfOver: true };
  }
  if (settled.phase !== 'requested' || settled.createdBy !== commandId) return settled;
  return { ...unknownAgent(settled.agentId), ...waiting(settled) };
}

/** The command has its outcome. */
export function settle<S extends AgentState>(state: S, commandId: string): S {
  return {
    ...state,
    queue: state.queue.filter((message) => message.commandId !== commandId),
    controls: state.controls.filter((control) => control.commandId !== commandId),
  };
}
