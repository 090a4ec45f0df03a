import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Permissions } from '../../../agents/host/permissions.ts';
import { temporaryFolder } from '../../support/nats.ts';

const REMOVE = { tool: 'Bash', command: 'rm x', what: 'remove it' };

async function asking(t: ExecutionContext, answers: (string | undefined)[], folder?: string) {
  const asked: string[] = [];
  const permissions = new Permissions({
    policy: { otherwise: 'ask', allowed: [] },
    file: join(folder ?? (await temporaryFolder(t)), 'allowed.json'),
    ask: async (question) => {
      asked.push(question);
      return answers.shift();
    },
    log: () => undefined,
  });
  permissions.load();
  return { permissions, asked };
}

test('once is once, and no answer is a no', async (t) => {
  const { permissions, asked } = await asking(t, ['once', 'No.', undefined]);
  t.is(await permissions.request(REMOVE), 'allow');
  t.is(await permissions.request(REMOVE), 'deny');
  t.is(await permissions.request(REMOVE), 'deny');
  t.deepEqual(asked, Array(3).fill('May I do this?\nrm x'));
});

test('for this session is until the host ends, always is for ever', async (t) => {
  const folder = await temporaryFolder(t);
  const first = await asking(t, ['For this session', 'always'], folder);
  const edit = { tool: 'Edit', what: 'a.txt' };
  for (const request of [REMOVE, REMOVE, edit, edit]) {
    t.is(await first.permissions.request(request), 'allow');
  }
  t.is(first.asked.length, 2);

  const second = await asking(t, ['no'], folder);
  t.is(await second.permissions.request(edit), 'allow');
  t.is(await second.permissions.request(REMOVE), 'deny');
});

test('what the policy denies is not asked', async (t) => {
  const permissions = new Permissions({
    policy: { otherwise: 'deny', allowed: [] },
    file: join(await temporaryFolder(t), 'allowed.json'),
    ask: async () => t.fail('it was asked') as never,
    log: () => undefined,
  });
  t.is(await permissions.request(REMOVE), 'deny');
});
