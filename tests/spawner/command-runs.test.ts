import test from 'ava';
import { dataProblem } from '../../schemas/data-problem.ts';
import { CommandRuns } from '../../spawner/command-runs.ts';
import { READY } from '../support/agent-events.ts';
import { given, stored } from '../support/decider.ts';

test('A4: a command that cannot even be tried has that as its outcome', async (t) => {
  const running = given(
    ...READY,
    stored('command.run', { commandLine: 'make', timeoutMs: 1_000 }, { id: 'c-1' }),
    stored('process.command-started', { runId: 'run-1', commandId: 'c-1' }),
  );
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  const runs = new CommandRuns(() => Promise.reject(new Error('connect ECONNREFUSED')), wake);
  runs.announce('c-1');
  t.is(runs.next(running.state), undefined);
  await woken;
  t.deepEqual(runs.next(running.state), {
    commandId: 'c-1',
    outcome: {
      exitCode: -1,
      output: '',
      error: 'The command could not be run: connect ECONNREFUSED',
    },
  });
});

test('A4: a command line that no program can be given is refused where it comes in', (t) => {
  const run = (commandLine: string) =>
    dataProblem('command.run', { commandLine, timeoutMs: 1_000 });
  t.is(run('echo a\tb\nc'), undefined);
  t.is(run('echo a\0b'), 'commandLine: a command line without a NUL character');
  const times = { ttlMs: 1_000, turnDeadlineMs: 1_000 };
  const create = dataProblem('command.create', { kind: 'line', commandLine: 'cat \0', ...times });
  t.is(create, 'commandLine: a command line without a NUL character');
});
