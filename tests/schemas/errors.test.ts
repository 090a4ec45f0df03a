import test from 'ava';
import { asOrchestratorError, ERRORS, EXIT, OrchestratorError } from '../../schemas/errors.ts';

test('every error has a meaning, a cure, a documented exit code and an HTTP status', (t) => {
  const exits: number[] = Object.values(EXIT).filter((code) => code !== EXIT.done);
  for (const [code, { meaning, cure, exit, status }] of Object.entries(ERRORS)) {
    t.regex(code, /^ORC_[A-Z0-9_]+$/);
    t.regex(meaning, /^\S.*[^.]$/);
    t.regex(cure, /\.$/, code);
    t.true(exits.includes(exit));
    t.true(status >= 400 && status < 600);
  }
});

test('an error is shown as one line: its code, what is wrong, what to do', (t) => {
  const error = new OrchestratorError(
    'ORC_TOO_LARGE',
    'The message has 9 bytes;\n the broker takes 8.',
  );
  t.is(
    error.line,
    'ORC_TOO_LARGE: The message has 9 bytes; the broker takes 8. Shorten it, or put it into a file and name its path.',
  );
  t.is(error.exit, EXIT.usage);
});

test('without particulars it says what its table says', (t) => {
  const error = new OrchestratorError('ORC_EMPTY');
  t.is(error.message, ERRORS.ORC_EMPTY.meaning);
  t.is(error.cure, ERRORS.ORC_EMPTY.cure);
});

test('a place that knows better names its own cure', (t) => {
  const cause = new Error('why');
  const error = new OrchestratorError('ORC_EMPTY', 'Nothing', { cure: 'Type something.', cause });
  t.is(error.line, 'ORC_EMPTY: Nothing. Type something.');
  t.is(error.cause, cause);
});

test('any other error becomes an internal one with its message and cause', (t) => {
  const own = new OrchestratorError('ORC_EMPTY');
  t.is(asOrchestratorError(own), own);
  const cause = new TypeError('x is not y');
  t.like(asOrchestratorError(cause), { code: 'ORC_INTERNAL', message: 'x is not y', cause });
  t.like(asOrchestratorError('thrown text'), { code: 'ORC_INTERNAL', message: 'thrown text' });
});
