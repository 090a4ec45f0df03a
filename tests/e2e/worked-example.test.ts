import test from 'ava';
import { dataFolder, environment, orchestrator } from '../support/system.ts';

test('three lines in, three answers out, in order and by one process', async (t) => {
  const env = environment(dataFolder(t));
  const input = 'Create project myapp\nhello\nhello again\n';

  const { code, stdout, stderr } = await orchestrator(['start'], { env, input });

  t.is(code, 0, stderr);
  const lines = stdout.split('\n');
  t.regex(lines[0] ?? '', /^Done! Created project 'myapp' \(ID: proj_[0-9a-f]+\)\.$/);
  t.deepEqual(lines.slice(1), ['[2] You said: hello', '[3] You said: hello again', '']);
});

test('the next run goes on with the agent that ended with the last, and says so', async (t) => {
  const env = environment(dataFolder(t));
  await orchestrator(['start'], { env, input: 'one\n' });

  const { stdout, stderr } = await orchestrator(['start'], { env, input: 'two\n' });

  t.is(stdout, '[2] You said: two\n');
  t.regex(stderr, /goes on where it left off: agent-[0-9a-f]{12}/);
});

test('with --keep-agents the next run goes on with the same process and its memory', async (t) => {
  const env = environment(dataFolder(t));
  await orchestrator(['start', '--keep-agents'], { env, input: 'one\n' });

  const { code, stdout } = await orchestrator(['start'], { env, input: 'two\n' });

  t.is(stdout, '[2] You said: two\n');
  t.is(code, 0);
});
