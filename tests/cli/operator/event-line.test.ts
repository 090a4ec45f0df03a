import test from 'ava';
import { eventJson, eventLine } from '../../../core/operator/event-line.ts';
import { AGENT, idOf } from '../../core/log/events.ts';

const ANSWER = `agents.${AGENT}.response.answer`;

function message(headers: Record<string, string>, payload: string, subject = ANSWER) {
  return {
    subject,
    sequence: 7,
    time: new Date('2026-01-04T15:30:45.000Z'),
    size: 100,
    header: (name: string) => headers[name],
    payload: Buffer.from(payload),
  };
}

const HEADERS = {
  'ce-type': 'response.answer',
  'ce-id': idOf('answer-1'),
  'ce-source': 'orchestrator/spawner',
  'ce-correlationid': 'of-another',
};

test('a program is told who speaks as readers take it, not as the agent states it', (t) => {
  t.deepEqual(JSON.parse(eventJson(message(HEADERS, '{"text":"hi"}'))), {
    time: '2026-01-04T15:30:45.000Z',
    sequence: 7,
    subject: ANSWER,
    id: idOf('answer-1'),
    type: 'response.answer',
    source: `orchestrator/agent/${AGENT}`,
    data: { text: 'hi' },
  });
});

test('what readers leave out is shown as it was stated, with the reason', (t) => {
  t.like(JSON.parse(eventJson(message({ ...HEADERS, 'ce-id': 'tg-1' }, '{"text":"hi"}'))), {
    id: 'tg-1',
    source: 'orchestrator/spawner',
    invalid: `ce-id: an id of this agent begins with ${AGENT}_ and is a token`,
  });
  const newer = JSON.parse(eventJson(message({ ...HEADERS, 'ce-type': 'response.sung' }, '{}')));
  t.false('invalid' in newer);
  const line = message({ 'ce-type': 'log.stdout' }, 'a line', `agents.${AGENT}.log.stdout`);
  t.false('invalid' in JSON.parse(eventJson(line)));
});

test('nothing of a message acts on the terminal', (t) => {
  const line = eventLine(message({}, 'a\u001b[2J\nb', `agents.${AGENT}.tool.\u001b]0;x\u0007.y`));
  t.is(
    line,
    `2026-01-04T15:30:45.000Z 7 agents.${AGENT}.tool.\\u001b]0;x\\u0007.y a\\u001b[2J\\u000ab\n`,
  );
});
