import test from 'ava';
import { secretFilter } from '../../../agents/host/secret-filter.ts';
import { modelProblem } from '../../../agents/voice/turn-problem.ts';

test('secrets are taken out of a text wherever they stand; short values are words', (t) => {
  const clean = secretFilter(['sk-0123456789', 'yes']);
  t.is(clean('key sk-0123456789, again sk-0123456789: yes'), 'key ***, again ***: yes');
});

test('an error of a model is told by its status, else by its words', (t) => {
  t.is(modelProblem('no', 401).code, 'ORC_MODEL_LOGIN');
  t.is(modelProblem('no', 529).code, 'ORC_MODEL_BUSY');
  t.is(modelProblem('authentication broken', 500).code, 'ORC_MODEL_ERROR');
  t.is(modelProblem('OAuth token has expired').code, 'ORC_MODEL_LOGIN');
  t.is(modelProblem('Quota exceeded: 429').code, 'ORC_MODEL_BUSY');
  t.is(modelProblem('terminated').code, 'ORC_MODEL_ERROR');
  t.is(modelProblem('').detail, 'no reason given');
});
