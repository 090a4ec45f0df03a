import type { LeftBehind } from '../../../../schemas/events/process.ts';
import { type StepEvents, whileLive } from '../step-events.ts';
import type { RunStep } from './next-run-step.ts';
import { type ResumeTold, resumeEvents } from './resume-events.ts';
import { endedEvents, startFailedEvents, stoppingEvents } from './run-end-events.ts';
import {
  deletedEvents,
  extendedEvents,
  type ForkMemory,
  readyEvents,
  startEvents,
} from './run-events.ts';

export interface RunTold {
  start: { runtime: string; memory?: ForkMemory | undefined };
  launch: { pid: number | undefined } | { failed: string; left?: LeftBehind | undefined };
  extend: { expiresAt: string };
  'extend-from-now': { expiresAt: string };
  resume: ResumeTold;
}

export const runStepEvents: StepEvents<RunStep, RunTold> = {
  start: (state, _step, told, context) =>
    state.phase === 'requested' ? startEvents(state, told, context) : [],
  launch: whileLive((state, _step, told, context) =>
    'failed' in told
      ? startFailedEvents(state, state.run.runId, told.failed, context, told.left)
      : readyEvents(state, told.pid, context),
  ),
  'fail-start': whileLive((state, { reason, left }, _told, context) =>
    startFailedEvents(state, state.run.runId, reason, context, left),
  ),
  stop: whileLive((state, { reason }, _told, context) =>
    stoppingEvents(state, reason, 'stdin-closed', context),
  ),
  extend: whileLive((state, { commandId }, { expiresAt }, context) =>
    extendedEvents(state, expiresAt, commandId, context),
  ),
  'extend-from-now': whileLive((state, { commandId }, { expiresAt }, context) =>
    extendedEvents(state, expiresAt, commandId, context),
  ),
  end: whileLive((state, { end }, _told, context) => endedEvents(state, end, context)),
  resume: (state, step, told, context) =>
    state.phase === 'ended' ? resumeEvents(state, step, told, context) : [],
  delete: (state, { commandId }, _told, context) => deletedEvents(state, commandId, context),
};
