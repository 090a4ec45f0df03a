import test from 'ava';
import {
  type MessageReference,
  messageReference,
} from '../../../core/operator/message-reference.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';

test('a message is pointed at by a number, an id, or a link that somebody copied', (t) => {
  const inGroup: MessageReference = { kind: 'telegram', chat: '-1001234567890', message: '42' };
  const cases: Record<string, MessageReference> = {
    '4711': { kind: 'number', number: 4711 },
    'cmd-0b2f': { kind: 'id', id: 'cmd-0b2f' },
    'turn.over:turn-1': { kind: 'id', id: 'turn.over:turn-1' },
    'https://t.me/c/1234567890/42': inGroup,
    't.me/c/1234567890/7/42?thread=7': inGroup,
    'https://telegram.me/c/1234567890/42?single': inGroup,
    'telegram/-1001234567890/42': inGroup,
    'telegram/4711/42': { kind: 'telegram', chat: '4711', message: '42' },
    'https://t.me/some_group/42': { kind: 'telegram', message: '42' },
  };
  for (const [text, reference] of Object.entries(cases)) {
    t.deepEqual(messageReference(text), reference, text);
  }
});

test('what is none of these is told', (t) => {
  for (const text of ['', 'hello there', 'https://example.org/c/1/2', 'a/b', 'agents.*.x', '>']) {
    const error = t.throws(() => messageReference(text), { instanceOf: OrchestratorError }, text);
    t.is(error?.code, 'ORC_USAGE');
  }
});
