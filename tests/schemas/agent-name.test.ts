import test from 'ava';
import {
  agentNames,
  defaultAgentName,
  isAgentName,
  tidyAgentName,
} from '../../schemas/agent-name.ts';

test('D9: a name is what shows, can be typed, and is no id', (t) => {
  for (const name of ['shop', 'My shop 2', 'лавка', 'shop · claude', 'a_b-c.d']) {
    t.true(isAgentName(name), name);
  }
  const none = ['', ' shop', '-x', 'a*b', 'a`b', 'a\nb', 'a\u202eb', 'x'.repeat(41)];
  for (const name of [...none, 'agent-0123456789ab', 'Agent-1']) t.false(isAgentName(name), name);
  t.is(tidyAgentName('  My \t shop '), 'My shop');
});

test('D9: who is not named has its kind for a name, with a number where that is taken', (t) => {
  t.is(defaultAgentName('claude', []), 'claude');
  t.is(defaultAgentName('claude', ['Claude', 'claude 2', 'shop']), 'claude 3');
});

test('D9: an agent that nobody has named goes by its project too; an older one by its kind and id', (t) => {
  const agent = { agentId: 'agent-0123456789ab', kind: 'claude' };
  t.deepEqual(agentNames({ ...agent, name: 'claude' }, undefined), ['claude']);
  t.deepEqual(agentNames({ ...agent, name: 'claude' }, 'shop'), ['shop · claude', 'claude']);
  t.deepEqual(agentNames({ ...agent, name: 'claude 2' }, 'shop'), ['shop · claude 2', 'claude 2']);
  t.deepEqual(agentNames({ ...agent, name: 'claude' }, '[a](b) *c*'), ['ab c · claude', 'claude']);
  t.deepEqual(agentNames({ ...agent, name: 'claude' }, '***'), ['claude']);
  t.deepEqual(agentNames({ ...agent, name: 'Bob' }, 'shop'), ['Bob']);
  t.deepEqual(agentNames(agent, undefined), ['claude 89ab']);
});
