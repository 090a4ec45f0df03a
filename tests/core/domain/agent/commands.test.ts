import test from 'ava';
import type { LiveAgent, PendingFile } from '../../../../core/domain/agent/agent-state.ts';
import { isIdle } from '../../../../core/domain/agent/claim.ts';
import {
  commandRunEvents,
  commandStartedEvents,
  fileWrittenEvents,
} from '../../../../core/domain/agent/command/command-events.ts';
import { created, exited, READY, RUN, starting } from '../../../support/agent-events.ts';
import { CONTEXT, given, stored } from '../../../support/decider.ts';
import { statedOfCommand } from '../../../support/stated-events.ts';

const run = (id: string) =>
  stored('command.run', { commandLine: 'make', timeoutMs: 1_000 }, { id });
const file = stored('command.file', { path: 'workspace/a', content: 'ä' }, { id: 'f-1' });
const begun = stored('process.command-started', { runId: 'run-1', commandId: 'c-1' });
const OUTCOME = { exitCode: 0, output: 'made\n', error: '' };

test('a shell command is to be begun, and then runs beside everything else', (t) => {
  const asked = given(...READY, run('c-1'));
  t.like(asked.step(), { do: 'run', command: { commandId: 'c-1', commandLine: 'make' } });
  const started = asked.when((state: LiveAgent) => commandStartedEvents(state, 'c-1', CONTEXT));
  started.thenAppends(
    t,
    statedOfCommand('process.command-started', { runId: RUN, commandId: 'c-1' }, 'c-1'),
  );
  t.like(started.state, { controls: [], running: [{ commandId: 'c-1' }] });
  t.is(given(...READY, run('c-1'), begun).step(), undefined);
  t.like(given(...READY, run('c-1'), begun, run('c-2')).step(), { command: { commandId: 'c-2' } });
});

test('an agent with a command that runs is not idle; it is again when the outcome is stated', (t) => {
  const running = given(...READY, run('c-1'), begun);
  t.false(isIdle(running.state));
  const over = running.when((state: LiveAgent) => commandRunEvents(state, 'c-1', OUTCOME, CONTEXT));
  t.true(isIdle(over.state));
  t.false('running' in over.state);
});

test('what is asked of an agent that has not started yet waits until it is ready', (t) => {
  t.is(given(created, starting, run('c-1')).step()?.do, 'launch');
});

test('a file is written and settled; of an agent that has ended it is refused', (t) => {
  const asked = given(...READY, file);
  t.is(asked.step()?.do, 'write-file');
  const pending: PendingFile = {
    commandId: 'f-1',
    name: 'file',
    path: 'workspace/a',
    content: 'ä',
  };
  const written = asked.when((state: LiveAgent) => fileWrittenEvents(state, pending, CONTEXT));
  t.like(written.events[0]?.data, { commandId: 'f-1', bytes: 2 });
  t.like(written.state, { controls: [] });
  t.like(given(...READY, exited, file).step(), { do: 'reject', code: 'ORC_AGENT_ENDED' });
});

test('a command that runs when its agent ends is owed its outcome', (t) => {
  t.like(given(...READY, run('c-1'), begun, exited).state, {
    phase: 'ended',
    running: [{ commandId: 'c-1' }],
  });
});
