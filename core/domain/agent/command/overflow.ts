import type { StoredEvent } from '../../../../schemas/event.ts';
import {
  type AgentState,
  MAX_WAITING,
  MAX_WAITING_TEXT,
  type Overflow,
  type PendingControl,
} from '../agent-state.ts';

/**
 * The state where it has no room for a command; undefined where it has. What came after the first of
 * those is no longer kept either, until they are refused, so that the log alone tells which they are.
 */
export function withOverflow(state: AgentState, { sequence }: StoredEvent): AgentState | undefined {
  if (state.overflow === undefined && !isFull(state)) return undefined;
  return { ...state, overflow: { from: state.overflow?.from ?? sequence, to: sequence } };
}

function isFull({ queue, controls }: AgentState): boolean {
  if (queue.length + controls.length >= MAX_WAITING) return true;
  let characters = 0;
  for (const { text } of queue) characters += text.length;
  for (const control of controls) characters += textOf(control).length;
  return characters >= MAX_WAITING_TEXT;
}

function textOf(control: PendingControl): string {
  if (control.name === 'file') return control.content;
  return control.name === 'run' ? control.commandLine : '';
}

/** Refused one after the other, in the order of the log. */
export function withoutOverflow(state: AgentState, refused: number): AgentState {
  const { overflow, ...rest } = state;
  if (overflow === undefined || refused < overflow.from) return state;
  return refused >= overflow.to ? rest : { ...rest, overflow: { ...overflow, from: refused + 1 } };
}

/** A command that the state had no room for, as the log has it. */
export interface Overflowed {
  commandId: string;
  /** Its place in the log. */
  sequence: number;
  /** Of a message alone. */
  correlationId?: string;
}

/**
 * What an event of the log is of the overflow; undefined where it is none of it, as what came again
 * of something that waits or is worked on.
 */
export function overflowedBy(
  state: AgentState,
  { from, to }: Overflow,
  { type, id, sequence, correlationId = id }: StoredEvent,
): Overflowed | undefined {
  if (!type.startsWith('command.') || sequence < from || sequence > to || isKnown(state, id)) {
    return undefined;
  }
  return { commandId: id, sequence, ...(type === 'command.send' && { correlationId }) };
}

const isKnown = (state: AgentState, commandId: string): boolean =>
  ('createdBy' in state && state.createdBy === commandId) ||
  ('turn' in state && state.turn?.messages.includes(commandId) === true) ||
  state.queue.some((message) => message.commandId === commandId);
