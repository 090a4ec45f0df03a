import test from 'ava';
import {
  asCommand,
  describeAgent,
  helpText,
  isCommandLike,
} from '../../../cli/chat/chat-commands.ts';
import { Hints } from '../../../cli/chat/hints.ts';
import { agentNotice, noticeOf } from '../../../cli/chat/notices.ts';
import { renderHappening } from '../../../cli/chat/render-happening.ts';
import type { Happening } from '../../../core/conversation/talk.ts';

const AGENT = 'agent-0123456789ab';
const place = { agentId: AGENT, sequence: 1 };
const said = { ...place, responseId: 'r', serves: [] };
const failure = { code: 'ORC_TTL', reason: 'Its time is over.', cure: 'Send it again.' };

const failed: Happening = { ...place, ...failure, kind: 'turn-failed', turnId: 't', serves: [] };

test('a found agent, a new one and the end of the one before are told apart', (t) => {
  t.is(
    agentNotice({ agentId: AGENT, created: false, resumed: true }),
    `goes on where it left off: ${AGENT} (/new begins anew)`,
  );
  t.is(agentNotice({ agentId: AGENT, created: false }), `still running: ${AGENT}`);
  t.is(agentNotice({ agentId: AGENT, created: true }), `started ${AGENT}`);
  t.is(
    agentNotice({ agentId: AGENT, created: true, previous: 'agent-ffffffffffff' }),
    `agent-ffffffffffff of the last run has ended; its history is kept (\`orchestrator events\`); started ${AGENT}`,
  );
});

test('C9: the first answer to several messages says why it is one, once in a chat', (t) => {
  const hints = new Hints(undefined);
  const answer = (...ids: string[]): Happening => ({
    ...said,
    kind: 'answer',
    text: 'Done',
    serves: ids.map((commandId) => ({ commandId, sequence: 1 })),
  });
  t.is(hints.at(answer('a')), undefined);
  t.regex(hints.at(answer('a', 'b', 'c')) ?? '', /^One answer to 3 messages: .*`\/mode wait`/);
  t.is(hints.at(answer('d', 'e')), undefined);
});

test('failures are told with reason and cure, progress and ends in a line', (t) => {
  t.is(noticeOf(failed), 'ORC_TTL: Its time is over. Send it again.');
  t.is(
    noticeOf({ ...failed, lastWords: 'It is 42.' }),
    'ORC_TTL: Its time is over. Send it again.\nThe agent did not send this itself; it said last:\nIt is 42.',
    'C2',
  );
  t.is(
    noticeOf({ ...place, ...failure, kind: 'rejected', commandId: 'c' }),
    'ORC_TTL: Its time is over. Send it again.',
  );
  t.is(noticeOf({ ...said, kind: 'progress', text: 'half' }), '⏳ half');
  t.is(noticeOf({ ...place, kind: 'agent-ended', how: 'stop' }), `${AGENT} has ended: stop`);
  t.is(noticeOf({ ...place, kind: 'agent-ready' }), undefined);
});

test('a terminal shows answers plainly, questions with options, and the rest marked', (t) => {
  t.deepEqual(renderHappening({ ...said, kind: 'answer', text: 'Done' }), { text: 'Done' });
  t.deepEqual(renderHappening({ ...said, kind: 'question', text: 'Which?', options: ['a', 'b'] }), {
    text: '❓ Which?\n   1. a\n   2. b',
  });
  t.deepEqual(renderHappening({ ...said, kind: 'question', text: 'Why?' }), { text: '❓ Why?' });
  t.deepEqual(renderHappening({ ...place, kind: 'turn-started', turnId: 't', commandId: 'c' }), {
    text: '⏳ …',
    dim: true,
  });
  t.deepEqual(renderHappening({ ...said, kind: 'progress', text: 'half' }), {
    text: '⏳ half',
    dim: true,
  });
  t.deepEqual(renderHappening(failed), { text: '❌ ORC_TTL: Its time is over. Send it again.' });
  t.is(renderHappening({ ...place, kind: 'agent-ready' }), undefined);
});

test('commands are words after a slash; a path or a sentence is a message', (t) => {
  t.is(asCommand(' /status '), '/status');
  t.is(asCommand('/toString'), undefined);
  t.true(isCommandLike('/nonsense'));
  t.false(isCommandLike('/etc/hosts'));
  t.false(isCommandLike('/help me'));
  t.true(helpText().includes('/interrupt'));
});

test('the status tells what is known of an agent, and no more', (t) => {
  const counts = { messages: 2, answers: 1, turns: 2, failed: 1 };
  const known = { agentId: AGENT, deleted: false, queued: 0, counts };

  t.is(
    describeAgent({ ...known, phase: 'ended', end: 'exit code 1', expiresAt: 'later' }),
    `${AGENT} is ended (exit code 1); no turn; 0 waiting; 2 messages, 1 answers, 1 failed turns`,
  );
  const turn = { turnId: 't', startedAt: 'noon', deadlineAt: 'later', messages: [] };
  t.is(
    describeAgent({ ...known, phase: 'ready', kind: 'demo', pid: 7, expiresAt: 'night', turn }),
    `${AGENT} is ready; kind demo; process 7; lives until night; in a turn since noon; 0 waiting; 2 messages, 1 answers, 1 failed turns`,
  );
});
