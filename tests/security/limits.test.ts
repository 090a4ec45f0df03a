import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { oneLine, runHere } from '../cli/run-here.ts';
import { type AgentShell, agentShell } from '../support/agent-shell.ts';
import { history, ofType } from '../support/history.ts';
import { startTestNats, type TestNats, type TestNatsOptions } from '../support/nats.ts';
import { reportHeld } from './security-report.ts';

/** Two agents of one system whose streams take little. */
async function twoAgents(
  t: ExecutionContext,
  limits: TestNatsOptions['limits'] = {},
): Promise<{ nats: TestNats; flooding: AgentShell; other: AgentShell }> {
  const nats = await startTestNats(t, { limits });
  return { nats, flooding: await agentShell(t, { nats }), other: await agentShell(t, { nats }) };
}

const answers = async ({ nats, agentId }: AgentShell): Promise<number> =>
  ofType(await history(nats.log, `agents.${agentId}.>`), 'response.answer').length;

test.afterEach(({ title }) => reportHeld(title));

test('F9: a flood of files ends where files may take no more, in one line, and others talk on', async (t) => {
  const { nats, flooding, other } = await twoAgents(t, { fileBytes: 4 * 1024 * 1024 });
  const file = join(nats.dataDir, 'large');
  await writeFile(file, randomBytes(1024 * 1024));
  let sent = 0;
  let last = await runHere(['answer', '--file', file, 'x'], flooding.env);
  for (; last.code === 0; sent += 1) {
    last = await runHere(['answer', '--file', file, 'x'], flooding.env);
  }
  t.true(sent >= 2 && sent <= 4, `${sent} MiB were sent`);
  t.is(last.code, 1);
  t.regex(last.stderr, oneLine('ORC_STORAGE_FULL'));
  t.is(await answers(flooding), sent, 'an answer without its file is none');

  t.is((await runHere(['answer', 'as ever'], other.env)).code, 0);
  t.is((await runHere(['answer', 'in words'], flooding.env)).code, 0);
  t.is(await answers(other), 1);
});

test('F9: of one kind of words so much of an agent is kept, then it is told so, and others talk on', async (t) => {
  const { flooding, other } = await twoAgents(t, { saidPerSubject: 5 });
  for (let said = 0; said < 5; said += 1) {
    t.is((await runHere(['answer', `${said}`], flooding.env)).code, 0);
  }
  const { code, stderr } = await runHere(['answer', 'too much'], flooding.env);
  t.is(code, 1);
  t.regex(stderr, oneLine('ORC_QUOTA'));
  t.is(await answers(flooding), 5);

  t.is((await runHere(['answer', 'as ever'], other.env)).code, 0);
  t.is(await answers(other), 1);
});
