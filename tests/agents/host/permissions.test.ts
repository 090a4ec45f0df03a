import test from 'ava';
import { Permissions } from '../../../agents/host/permissions.ts';

const REMOVE = { tool: 'Bash', command: 'rm x', what: 'remove it' };

function asking(answers: (string | undefined)[]) {
  const asked: string[] = [];
  const permissions = new Permissions({
    policy: { otherwise: 'ask', allowed: [] },
    ask: async (question) => {
      asked.push(question);
      return answers.shift();
    },
    log: () => undefined,
  });
  return { permissions, asked };
}

test('once is once, and no answer is a no', async (t) => {
  const { permissions, asked } = asking(['once', 'No.', undefined]);
  t.is(await permissions.request(REMOVE), 'allow');
  t.is(await permissions.request(REMOVE), 'deny');
  t.is(await permissions.request(REMOVE), 'deny');
  t.deepEqual(asked, Array(3).fill('May I do this?\nrm x'));
});

test('for this session and always hold until the host ends', async (t) => {
  const { permissions, asked } = asking(['For this session', 'always']);
  const edit = { tool: 'Edit', what: 'a.txt' };
  for (const request of [REMOVE, REMOVE, edit, edit]) {
    t.is(await permissions.request(request), 'allow');
  }
  t.is(asked.length, 2);
});

test('D4: the number of a choice is that choice; a beginning is a no', async (t) => {
  const { permissions } = asking(['1', '4', 'o', '3']);
  const answers = ['allow', 'deny', 'deny', 'allow'] as const;
  for (const answer of answers) t.is(await permissions.request(REMOVE), answer);
});

test('what the policy denies is not asked', async (t) => {
  const permissions = new Permissions({
    policy: { otherwise: 'deny', allowed: [] },
    ask: async () => t.fail('it was asked') as never,
    log: () => undefined,
  });
  t.is(await permissions.request(REMOVE), 'deny');
});
