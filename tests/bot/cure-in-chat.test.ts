import test from 'ava';
import { cureInChat, lineInChat } from '../../bot/words/cure-in-chat.ts';
import { english } from '../../bot/words/english.ts';
import { russian } from '../../bot/words/russian.ts';
import { ERRORS, OrchestratorError } from '../../schemas/errors.ts';

const OF_OPERATORS = /`?orchestrator [a-z]|ORCHESTRATOR_|npm |docs\/|doctor/;

for (const [language, words] of Object.entries({ english, russian })) {
  test(`D10: no cure tells a person in a chat what only an operator can do (${language})`, (t) => {
    for (const [code, { cure }] of Object.entries(ERRORS)) {
      const shown = cureInChat(code, cure, words);
      t.false(OF_OPERATORS.test(shown), `${code}: ${shown}`);
      t.not(shown, '');
    }
  });
}

test('D10: a cure that was made for the occasion stays, unless only an operator can follow it', (t) => {
  t.is(cureInChat('ORC_AGENT_CRASHED', 'Wait until noon.', english), 'Wait until noon.');
  t.is(cureInChat('ORC_QUOTA', 'Raise ORCHESTRATOR_SAID.', english), english.tellOperator);
  t.is(cureInChat('ORC_OF_ANOTHER_VERSION', 'Do it.', english), 'Do it.');
});

test('D10: an error is one line that a person can act on, with its code for who runs the bot', (t) => {
  const line = lineInChat(new OrchestratorError('ORC_NOT_REACHABLE', 'NATS is away.'), english);
  t.is(line, `NATS is away (ORC_NOT_REACHABLE). ${english.cures.ORC_NOT_REACHABLE}`);
});
