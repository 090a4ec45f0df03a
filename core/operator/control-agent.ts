import type { StoredEvent } from '../../schemas/event.ts';
import type { DataOf } from '../../schemas/event-catalogue.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { EventLog } from '../log/event-log.ts';
import { awaitEvent } from './await-event.ts';
import { settles } from './command-outcome.ts';
import type { GivenCommand } from './give-command.ts';
import { isReady } from './is-ready.ts';

/** A thing that an agent is asked for, and that is over with one event. */
export interface Control<T extends ControlType> {
  /** How the outcome is told: `stopped`. */
  done: string;
  data: DataOf<T>;
  settledBy(event: StoredEvent, commandId: string): boolean;
  /** Milliseconds that it may take of itself, where the system is quick. */
  takesMs(settings: Settings): number;
}

export type ControlType =
  `command.${'stop' | 'interrupt' | 'delete' | 'undo' | 'extend' | 'resume' | 'rewind'}`;

/** It reads every file of the project. */
const UNDO_MS = 120_000;

/** More than any kind may take until it is ready: the reason of a start that fails is told then. */
const START_MS = 240_000;

const ENDS = new Set<string>(['process.stopped', 'process.exited', 'process.lost']);

const atOnce = () => 0;

/** Its end of stdin and SIGTERM each get their grace time. */
const stopping = ({ ORCHESTRATOR_STOP_GRACE }: Settings) => 2 * ORCHESTRATOR_STOP_GRACE;

export const STOP: Control<'command.stop'> = {
  done: 'stopped',
  data: { reason: 'asked' },
  settledBy: ({ type }) => ENDS.has(type),
  takesMs: stopping,
};

export const INTERRUPT: Control<'command.interrupt'> = {
  done: 'interrupted',
  data: {},
  settledBy: (event, commandId) =>
    event.type === 'process.interrupted' && event.data.commandId === commandId,
  takesMs: atOnce,
};

export const DELETE: Control<'command.delete'> = {
  done: 'deleted',
  data: {},
  settledBy: (event, commandId) =>
    event.type === 'process.deleted' && event.data.commandId === commandId,
  takesMs: stopping,
};

export const UNDO: Control<'command.undo'> = {
  done: 'undone',
  data: {},
  settledBy: (event, commandId) =>
    event.type === 'process.undone' && event.data.commandId === commandId,
  takesMs: () => UNDO_MS,
};

export const RESUME: Control<'command.resume'> = {
  done: 'resumed',
  data: {},
  settledBy: isReady,
  takesMs: () => START_MS,
};

/** With the conversation it is done when it takes messages again. */
export const rewind = (data: DataOf<'command.rewind'>): Control<'command.rewind'> => ({
  done: 'rewound',
  data,
  settledBy: (event, commandId) =>
    data.conversation
      ? isReady(event)
      : event.type === 'process.undone' && event.data.commandId === commandId,
  takesMs: (settings) => UNDO_MS + (data.conversation ? stopping(settings) + START_MS : 0),
});

/** @param ttlMs how long it is to live from now on, milliseconds */
export const extend = (ttlMs: number): Control<'command.extend'> => ({
  done: 'extended',
  data: { ttlMs },
  settledBy: (event, commandId) =>
    event.type === 'process.extended' && event.data.commandId === commandId,
  takesMs: atOnce,
});

export interface ControlAwaited<T extends ControlType> {
  agentId: string;
  type: T;
  control: Control<T>;
  given: GivenCommand;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Waits until an agent has done what it was asked for by {@link giveCommand}.
 *
 * @throws ORC_TIMED_OUT, and the error that the command is refused with
 */
export async function awaitControl<T extends ControlType>(
  log: EventLog,
  { agentId, type, control, given, timeoutMs, signal }: ControlAwaited<T>,
): Promise<void> {
  const { commandId, sequence } = given;
  const what = `${type} of ${agentId}`;
  const wanted = { of: { agentId }, from: sequence, timeoutMs, what, signal };
  const isDone = (event: StoredEvent) => control.settledBy(event, commandId);
  await awaitEvent(log, wanted, settles(commandId, isDone));
}
