import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { jobText } from '../../bot/delivery/job-text.ts';
import { english } from '../../bot/words/english.ts';
import { commitFiles, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { jobAfter, requestEvents } from '../support/job-events.ts';
import { orchestrator } from '../support/system.ts';
import { ANN, BEN, startBotSystem } from '../support/telegram/bot-system.ts';

/** Does what it is told, and passes on what it is told of jobs. */
const SHELL_AGENT =
  'while IFS= read -r line; do case "$line" in Job*) orchestrator answer "told: $line";; "") ;; *) eval "$line" >&2; orchestrator answer "done: $?";; esac; done';

test('in a chat a deploy is asked first, is one message that goes on as it does, and its end opens a turn', async (t) => {
  const folder = ownFolder(t);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const go = join(folder, 'go');
  mkdirSync(join(shop, '.orchestrator'));
  const script = `#!/bin/sh
echo '{"percent":40,"text":"building"}' >&3
until [ -e ${go} ]; do sleep 0.1; done
echo '{"result":"shipped '"$(git rev-parse HEAD)"'"}' >&3
`;
  writeFileSync(join(shop, '.orchestrator/deploy'), script);
  chmodSync(join(shop, '.orchestrator/deploy'), 0o755);
  const commit = commitFiles(shop, {}, 'How it is deployed');
  const { telegram, system } = await startBotSystem(t, {
    ORCHESTRATOR_AGENT: 'line',
    ORCHESTRATOR_LINE_COMMAND: SHELL_AGENT,
    ORCHESTRATOR_PROJECT_ROOTS: folder,
  });
  const { api } = telegram;
  const create = ['project', 'create', '--name', 'shop', '--repo', shop];
  const made = await orchestrator([...create, '--owner', `telegram/${ANN}`], { env: system.env });
  t.is(made.code, 0, made.stderr);
  await telegram.exchange(ANN, '/jobs', /There are no jobs/);
  await telegram.exchange(ANN, '/project shop', /New agents begin in shop now/);
  await telegram.exchange(ANN, 'orchestrator deploy --no-wait', /^done: 0$/);

  const find = (text: RegExp) => api.chat(ANN).find((each) => text.test(each.text));
  await telegram.until(() => find(/May deploy run\?/) !== undefined, 'the question');
  const message = find(/May deploy run\?/);
  if (message === undefined) return t.fail();
  t.true(message.text.includes(commit) && message.text.includes('How it is deployed'));
  const [yes, no] = message.buttons;
  t.deepEqual([yes?.text, no?.text], ['Yes, run it', 'No']);

  // Nobody but the chat that was asked.
  api.press(BEN, { ...message, chatId: String(BEN) }, yes?.data ?? '');
  api.press(ANN, message, yes?.data ?? '');
  await telegram.until(
    () => /deploy is working[\s\S]*40 % · building/.test(message.text),
    'progress',
  );
  t.deepEqual(
    message.buttons.map(({ text }) => text),
    ['Cancel'],
  );
  const log = await system.log();
  t.deepEqual(
    ofType(await history(log), 'job.answered').map(({ data }) => data),
    [{ approved: true, from: { channel: 'telegram', userId: String(ANN) } }],
  );
  await telegram.exchange(ANN, '/jobs', /deploy working/);

  writeFileSync(go, '');
  await telegram.until(
    () => new RegExp(`deploy is done\\s+shipped ${commit}`).test(message.text),
    'the end',
  );
  t.deepEqual(message.buttons, []);
  await telegram.until(
    () => find(/^told: Job deploy \(job_\w+\) completed: shipped/) !== undefined,
    'the turn',
  );
  t.is(api.chat(ANN).filter(({ text }) => /deploy is|May deploy/.test(text)).length, 1);

  // A no, and a cancel of what runs.
  await telegram.exchange(ANN, 'orchestrator deploy --no-wait --key second', /^done: 0$/);
  await telegram.until(() => find(/May deploy run\?/) !== undefined, 'the second question');
  const second = find(/May deploy run\?/);
  if (second === undefined) return t.fail();
  api.press(ANN, second, second.buttons[1]?.data ?? '');
  await telegram.until(() => /deploy failed/.test(second.text), 'the no');
  const ended = await untilEvent(log, ({ type }) => type === 'job.failed');
  t.like(ended.data, { code: 'ORC_JOB_DECLINED' });
});

test('what programs and agents say of a job formats nothing in its message', (t) => {
  const question = '[click](https://evil.example) ``` **bold**';
  const { text, buttons } = jobText(jobAfter(requestEvents({ question })), english.jobs);
  t.is(text, `❓ May **deploy** run?\n\`\`\`\`\n${question}\n\`\`\`\``);
  t.true(buttons?.every(({ data }) => Buffer.byteLength(data) <= 64));
});
