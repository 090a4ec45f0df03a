import test from 'ava';
import { DeliveryContent, spokenOf } from '../../../bot/delivery/delivery-content.ts';
import { Owners } from '../../../bot/delivery/owners.ts';
import { Directory } from '../../../bot/people/directory.ts';
import { english } from '../../../bot/words/english.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { AGENT, stored } from '../../support/decider.ts';
import { startTestNats } from '../../support/nats.ts';

test('a question whose choices cannot be buttons has them in its text', (t) => {
  const data = { text: 'Which?', options: ['Red', 'Blue'] };
  const spoken = spokenOf(stored('response.question', data, { id: 'q'.repeat(100) }), english);

  t.deepEqual(spoken, { lead: '❓ ', text: 'Which?\n- Red\n- Blue', buttons: [] });
});

test('a failure and a rejection say the reason and what to do', (t) => {
  const why = { code: 'ORC_X', reason: 'It broke.', cure: 'Mend it.' };
  const failed = spokenOf(stored('turn.failed', { turnId: 't', ...why }), english);
  const rejected = spokenOf(stored('process.rejected', { commandId: 'c', ...why }), english);

  t.is(failed.text, '⚠️ It broke. Mend it.');
  t.is(rejected.text, '⚠️ Your message was not taken: It broke. Mend it.');
});

test('a start that failed says why, where that is known, and what to do', (t) => {
  const ended = { runId: 'r', reason: 'start-failed', code: 1, signal: null } as const;
  const failed = stored('process.start-failed', { runId: 'r', reason: 'It is not there.' });

  const cure = '`orchestrator doctor` says what is missing.';
  const said = spokenOf(failed, english).text;
  t.is(said, `⚠️ The agent could not be started: It is not there. ${cure}`);
  const late = spokenOf(stored('process.stopped', ended), english).text;
  t.is(late, `⚠️ The agent could not be started. ${cure}`);
});

test('what is to be delivered and is not there any more is said', async (t) => {
  const { log } = await startTestNats(t);
  const content = new DeliveryContent(log, new Directory(log));

  const { parts } = await content.of({ chatId: '1', sequence: 99 });

  t.like(parts[0], { kind: 'text' });
});

test('an owner is asked for once, and learnt from a creation that passes by', async (t) => {
  const asked: string[] = [];
  const owners = new Owners({
    request: (_name, request) => {
      asked.push(JSON.stringify(request));
      return Promise.reject(new OrchestratorError('ORC_AGENT_NOT_FOUND'));
    },
  });
  const owner = { channel: 'telegram', userId: '7' };
  owners.learn(
    AGENT,
    stored('command.create', { kind: 'demo', ttlMs: 1, turnDeadlineMs: 1, owner }),
  );

  t.is(await owners.chatOf(AGENT, 1), '7');
  t.is(await owners.chatOf('agent-000000000001', 5), undefined);
  t.is(await owners.chatOf('agent-000000000001', 5), undefined);
  t.is(asked.length, 1);
});

test('where the views cannot be reached, it is asked again', async (t) => {
  const owners = new Owners({
    request: () => Promise.reject(new OrchestratorError('ORC_NOT_REACHABLE')),
  });
  await t.throwsAsync(owners.chatOf(AGENT, 1), { code: 'ORC_NOT_REACHABLE' });
});
