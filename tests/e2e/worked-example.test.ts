import test from 'ava';
import { dataFolder, environment, type Finished, orchestrator } from '../support/system.ts';

/** One run after the other on one data folder: what a test needs of the runs before, whichever test is first. */
const leavings: (() => unknown)[] = [];
const env = environment(dataFolder({ teardown: (undo) => leavings.push(undo) }));
const runs: Promise<Finished>[] = [];

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

const INPUTS = ['Create project myapp\nhello\nhello again\n', 'two\n', 'three\n'];

/** The run with this number, counted from 0. The second keeps its agent. */
async function run(number: number): Promise<Finished> {
  if (number > 0) await run(number - 1);
  const args = number === 1 ? ['start', '--keep-agents'] : ['start'];
  runs[number] ??= orchestrator(args, { env, input: INPUTS[number] ?? '' });
  return runs[number];
}

test('three lines in, three answers out, in order and by one process', async (t) => {
  const { code, stdout, stderr } = await run(0);

  t.is(code, 0, stderr);
  const lines = stdout.split('\n');
  t.regex(lines[0] ?? '', /^Done! Created project 'myapp' \(ID: proj_[0-9a-f]+\)\.$/);
  t.deepEqual(lines.slice(1), ['[2] You said: hello', '[3] You said: hello again', '']);
});

test('the next run goes on with the agent that ended with the last, and says so', async (t) => {
  const { stdout, stderr } = await run(1);

  t.is(stdout, '[4] You said: two\n');
  t.regex(stderr, /goes on where it left off: agent-[0-9a-f]{12}/);
});

test('with --keep-agents the next run goes on with the same process and its memory', async (t) => {
  const { code, stdout } = await run(2);

  t.is(stdout, '[5] You said: three\n');
  t.is(code, 0);
});
