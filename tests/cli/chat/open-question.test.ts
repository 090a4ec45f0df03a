import test from 'ava';
import { OpenQuestion } from '../../../cli/chat/open-question.ts';
import type { Happening } from '../../../core/conversation/talk.ts';

const place = { agentId: 'agent-0123456789ab', sequence: 1 };
const said = { ...place, serves: [] };
const asked: Happening = {
  ...said,
  kind: 'question',
  responseId: 'q1',
  text: 'May I?',
  options: ['once', 'always', 'no'],
};
const waiting: Happening = { ...asked, waits: true };
const ended: Happening = { ...said, kind: 'turn-ended', turnId: 't' };
const started: Happening = { ...place, kind: 'turn-started', turnId: 't', commandId: 'c' };

function after(...happenings: Happening[]): OpenQuestion {
  const question = new OpenQuestion();
  for (const happening of happenings) question.happened(happening);
  return question;
}

test('D4: a number becomes the choice, and answers the question that waits', (t) => {
  t.deepEqual(after(waiting).entered('3'), { kind: 'message', text: 'no', answers: 'q1' });
  t.deepEqual(after(asked).entered('3'), { kind: 'message', text: 'no' });
});

test('D4: anything else asks again; the same a second time is sent as it is', (t) => {
  const question = after(waiting);
  const again = { kind: 'no-choice', choices: ['once', 'always', 'no'] } as const;
  t.deepEqual(question.entered('hm'), again);
  t.deepEqual(question.entered('well'), again);
  t.deepEqual(question.entered('well'), { kind: 'message', text: 'well', answers: 'q1' });
  t.deepEqual(question.entered('1'), { kind: 'message', text: '1' }, 'and it is answered');
});

test('a question that is over, or has no choices, takes any text as a message', (t) => {
  const message = { kind: 'message', text: '1' } as const;
  t.deepEqual(after().entered('1'), message);
  t.deepEqual(after(waiting, ended).entered('1'), message);
  t.deepEqual(after(asked, ended, started).entered('1'), message);
  t.deepEqual(after(asked, { ...place, kind: 'agent-ended', how: 'x' }).entered('1'), message);
  t.deepEqual(
    after({ ...said, kind: 'question', responseId: 'q', text: 'Why?' }).entered('1'),
    message,
  );
});

test('a question that nobody waits for is open behind the end of its turn', (t) => {
  t.deepEqual(after(asked, ended).entered('al'), { kind: 'message', text: 'always' });
});
