import test from 'ava';
import type { AgentState } from '../../../core/domain/agent/agent-state.ts';
import type { AgentTraits } from '../../../core/domain/agent/agent-traits.ts';
import type { Step } from '../../../core/domain/agent/next-step.ts';
import { isOfTurn, stepReason } from '../../../core/operator/step-reason.ts';

// As much of a state, a step and traits as a reason is made of.
const working = { phase: 'ready', turn: { turnId: 'turn-1' } } as unknown as AgentState;
const reason = (step: object, endOfTurn = 'signal') =>
  stepReason(working, step as Step, { endOfTurn } as AgentTraits);
const turn = { turnId: 'turn-1', answers: 1, questions: 2, deadlineAt: '12:00' };

test('each step has its reason, with what it is about', (t) => {
  t.is(reason({ do: 'interrupt', commandId: 'cmd-1' }), 'somebody asked for it by cmd-1');
  const call = { tool: 'job', verb: 'get', callId: 'call-1' };
  t.is(reason({ do: 'call', call }), 'it called job get (call-1)');
  t.is(reason({ do: 'stop', reason: 'ttl' }), 'it was idle for as long as its TTL');
  t.is(reason({ do: 'stop', reason: 'asked' }), 'asked was asked for');
  t.is(reason({ do: 'reject', commandId: 'c', code: 'ORC_X' }), 'c cannot be done: ORC_X');
  const question = { questionId: 'q-1' };
  t.is(reason({ do: 'close-question', question }), 'somebody waits for the outcome of q-1');
  t.regex(reason({ do: 'snapshot' }), /files had not been looked at/);
  t.regex(reason({ do: 'start' }), /its life called for it/);
  t.regex(reason({ do: 'end-turn', turn }), /signalled.*1 answer and 2 questions$/);
  t.regex(reason({ do: 'nudge', turn }, 'answer'), /what it said ends its turn without an answer/);
});

test('a turn that failed says why', (t) => {
  const why = (code: string, detail?: string) => reason({ do: 'fail-turn', turn, code, detail });
  t.regex(why('ORC_NO_ANSWER'), /again without a word/);
  t.is(why('ORC_TURN_DEADLINE'), 'its deadline, 12:00, had passed');
  t.is(why('ORC_TURN_INTERRUPTED'), 'it was interrupted');
  t.is(why('ORC_QUOTA', 'lines'), 'it was over a quota, and not heard: lines');
  t.regex(why('ORC_AGENT_FAILED'), /came to nothing: ORC_AGENT_FAILED/);
});

test('a step is of the turn that it names, else of the one that ran', (t) => {
  const of = (step: object, turnId = 'turn-1') =>
    isOfTurn(working, step as Step, { turnId, opener: 'msg-1' });
  t.true(of({ do: 'open-turn', message: { commandId: 'msg-1' } }));
  t.false(of({ do: 'open-turn', message: { commandId: 'msg-2' } }));
  t.true(of({ do: 'snapshot', turnId: 'turn-1' }));
  t.false(of({ do: 'nudge', turn }, 'turn-2'));
  t.true(of({ do: 'interrupt' }));
  t.false(of({ do: 'interrupt' }, 'turn-2'));
});
