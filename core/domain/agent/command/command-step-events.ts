import { type StepEvents, whileLive } from '../step-events.ts';
import {
  commandRunEvents,
  commandStartedEvents,
  fileWrittenEvents,
  refuseOverflowEvents,
  refuseQueueEvents,
  rejectEvents,
} from './command-events.ts';
import type { CommandStep } from './next-command-step.ts';
import type { Overflowed } from './overflow.ts';

export interface CommandTold {
  /** Why the file was not written, where it was not. */
  'write-file': { problem?: string };
  /** Those that the log has of them, the first ones, in order. */
  'refuse-overflow': { commands: readonly Overflowed[] };
}

export const commandStepEvents: StepEvents<CommandStep, CommandTold> = {
  reject: (state, { commandId, code, detail }, _told, context) =>
    rejectEvents(state, commandId, code, context, detail),
  run: whileLive((state, { command }, _told, context) =>
    commandStartedEvents(state, command.commandId, context),
  ),
  'state-outcome': (state, { commandId, outcome }, _told, context) =>
    commandRunEvents(state, commandId, outcome, context),
  'refuse-queue': (state, { behind }, _told, context) => refuseQueueEvents(state, behind, context),
  'refuse-overflow': (state, { code }, { commands }, context) =>
    refuseOverflowEvents(state, commands, code, context),
  'write-file': whileLive((state, { file }, { problem }, context) =>
    problem === undefined
      ? fileWrittenEvents(state, file, context)
      : rejectEvents(state, file.commandId, 'ORC_FILE_NOT_WRITTEN', context, problem),
  ),
};
