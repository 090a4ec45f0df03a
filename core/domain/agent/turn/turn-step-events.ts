import type { NewEvent } from '../../../../schemas/event.ts';
import { correlationOf, traceparentOf } from '../agent-state.ts';
import { type StepEvents, whileLive } from '../step-events.ts';
import type { TurnStep } from './next-turn-step.ts';
import { awaitAnswerEvents, closeQuestionEvents, recalledAnswerEvents } from './question-events.ts';
import { type CallOutcome, resultEvent } from './result-event.ts';
import { type SnapshotTold, snapshotEvents, type UndoTold, undoEvents } from './snapshot-events.ts';
import {
  deliveredEvents,
  endTurnEvents,
  failTurnEvents,
  interruptedEvents,
  nudgedEvents,
  openTurnEvents,
  refusedEvents,
} from './turn-events.ts';

export interface TurnTold {
  /** Written, or why a file of the message has no place. */
  deliver: { bytes: number } | { refused: string };
  snapshot: SnapshotTold;
  undo: UndoTold;
  /** What the call has done, to be stated with its result. */
  call: { effects: NewEvent[]; outcome: CallOutcome };
  'recall-answer': CallOutcome;
}

export const turnStepEvents: StepEvents<TurnStep, TurnTold> = {
  interrupt: whileLive((state, { commandId }, _told, context) =>
    interruptedEvents(state, commandId, context),
  ),
  'open-turn': whileLive((state, { message }, _told, context) =>
    openTurnEvents(state, message, context),
  ),
  deliver: whileLive((state, { message, turnId }, told, context) =>
    'refused' in told
      ? refusedEvents(state, message, told.refused, context)
      : deliveredEvents(state, message, turnId, told.bytes, context),
  ),
  'end-turn': whileLive((state, { turn }, _told, context) => endTurnEvents(state, turn, context)),
  nudge: whileLive((state, { turn }, _told, context) => nudgedEvents(state, turn, context)),
  'fail-turn': whileLive((state, { turn, code, detail, lastWords }, _told, context) =>
    failTurnEvents(state, turn, code, context, detail, lastWords),
  ),
  snapshot: whileLive(snapshotEvents),
  undo: whileLive(undoEvents),
  'await-answer': whileLive((state, { question }, _told, context) =>
    awaitAnswerEvents(state, question, context),
  ),
  'close-question': whileLive((state, { question }, _told, context) =>
    closeQuestionEvents(state, question, context),
  ),
  'recall-answer': whileLive((state, { question }, outcome, context) =>
    recalledAnswerEvents(state, question, outcome, context),
  ),
  call: (state, { call }, { effects, outcome }, { now }) => {
    const because = { correlationId: correlationOf(state), traceparent: traceparentOf(state) };
    const meta = { source: 'orchestrator/tools', now, ...because };
    return [...effects, resultEvent(state.agentId, call, outcome, meta)];
  },
};
