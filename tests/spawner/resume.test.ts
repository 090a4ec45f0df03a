import { existsSync } from 'node:fs';
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { hashSystem } from '../../core/domain/system-state.ts';
import { SystemFollower } from '../../core/projection/system-follower.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { quiet } from '../core/projection/folded-log.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { shellTool } from '../support/declared.ts';
import { history, ofType } from '../support/history.ts';
import { call, happened } from '../support/job-calls.ts';
import { type SpawnerFixture, startSpawner } from '../support/spawner.ts';

const DAY_MS = 86_400_000;

/** Keeps what it was told in its workspace, and answers with all of it. */
const KEEPER =
  'while IFS= read -r m; do printf "%s;" "$m" >>said; orchestrator answer "$(cat said)"; done';

async function started(
  t: ExecutionContext,
  options: Parameters<typeof startSpawner>[1] = {},
): Promise<{ spawner: SpawnerFixture; agent: string }> {
  const spawner = await startSpawner(t, options);
  const agent = newAgentId();
  await createAgent(spawner.log, agent, KEEPER);
  await say(spawner, agent, 'one');
  return { spawner, agent };
}

/** Sends a message; its answer. */
async function say(spawner: SpawnerFixture, agent: string, text: string): Promise<string> {
  const id = `m-${text}`;
  await sendMessage(spawner.log, agent, id, text);
  const started = await spawner.event(agent, 'turn.started', ({ data }) => data.commandId === id);
  await spawner.turnOver(agent, started.data.turnId);
  const answers = ofType(await history(spawner.log), 'response.answer');
  return answers.at(-1)?.data.text ?? '';
}

async function stop(spawner: SpawnerFixture, agent: string): Promise<void> {
  const { sequence } = stored(
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' })),
  );
  await spawner.event(agent, 'process.stopped', (event) => event.sequence > sequence);
}

const stored = (result: Awaited<ReturnType<SpawnerFixture['log']['append']>>) => {
  if (!result.ok) throw new Error(result.error);
  return result;
};

const resume = async (spawner: SpawnerFixture, agent: string) =>
  stored(await spawner.log.append(command(agent, 'command.resume', {}))).sequence;

test('an agent that was stopped goes on as another run of the same agent, in the same home', async (t) => {
  const { spawner, agent } = await started(t);
  await stop(spawner, agent);
  await resume(spawner, agent);
  const answer = await say(spawner, agent, 'two');
  t.true(answer.startsWith('one;'), answer);
  t.true(answer.endsWith('two;'), answer);
  const events = await history(spawner.log);
  const [first, second] = ofType(events, 'process.starting').map(({ data }) => data.runId);
  t.truthy(second);
  t.not(second, first);
  t.deepEqual(
    await readdir(join(spawner.folder, agent, 'runs')),
    [second],
    'of the first nothing is left',
  );
  t.like(spawner.follower.state.agents.get(agent), {
    phase: 'ready',
    counts: { messages: 2, answers: 2 },
  });
});

test('a kind that takes up no session gets a digest of what was said before its first message', async (t) => {
  const { spawner, agent } = await started(t);
  await stop(spawner, agent);
  await resume(spawner, agent);
  const answer = await say(spawner, agent, 'two');
  t.is((await spawner.event(agent, 'process.resumed')).data.memory, 'digest');
  t.regex(answer, /^one;\[You go on after a break/);
  t.true(answer.includes('The user: one'), answer);
  t.true(answer.includes('You: one;'), answer);
  const third = await say(spawner, agent, 'three');
  t.true(third.endsWith('two;three;'), 'no other message has it');
});

test('the demo agent goes on counting', async (t) => {
  const spawner = await startSpawner(t);
  const agent = newAgentId();
  const data = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  await spawner.log.append(command(agent, 'command.create', data));
  t.is(await say(spawner, agent, 'one'), '[1] You said: one');
  await stop(spawner, agent);
  await resume(spawner, agent);
  t.is(await say(spawner, agent, 'two'), '[2] You said: two');
  t.is((await spawner.event(agent, 'process.resumed')).data.memory, 'session');
});

test('after a crash and after the end of its time it goes on as well', async (t) => {
  const spawner = await startSpawner(t);
  const crashing = 'IFS= read -r m; orchestrator answer "$m"; read -r m; exit 3';
  const agent = newAgentId();
  await createAgent(spawner.log, agent, crashing, { ttlMs: 600_000 });
  await say(spawner, agent, 'one');
  await sendMessage(spawner.log, agent, 'm-crash', 'crash');
  await spawner.event(agent, 'process.exited');
  await resume(spawner, agent);
  t.true((await say(spawner, agent, 'two')).endsWith('two'));
  const { sequence } = await spawner.event(agent, 'process.resumed');
  t.true(sequence > 0);
  const short = newAgentId();
  await createAgent(spawner.log, short, KEEPER, { ttlMs: 1_500 });
  await spawner.event(short, 'process.stopped', ({ data }) => data.reason === 'ttl');
  await resume(spawner, short);
  t.truthy(await spawner.event(short, 'process.resumed'));
  await spawner.event(short, 'process.ready', (event) => event.sequence > sequence);
});

test('two that ask at once begin one run, and one that lives goes on as it is', async (t) => {
  const { spawner, agent } = await started(t);
  await resume(spawner, agent);
  await stop(spawner, agent);
  await Promise.all([resume(spawner, agent), resume(spawner, agent), resume(spawner, agent)]);
  await say(spawner, agent, 'two');
  await resume(spawner, agent);
  await say(spawner, agent, 'three');
  const events = await history(spawner.log);
  t.is(ofType(events, 'process.resumed').length, 1);
  t.is(ofType(events, 'process.starting').length, 2);
  t.is(ofType(events, 'process.rejected').length, 0);
});

test('what is asked while it ends waits for the run that follows', async (t) => {
  const { spawner, agent } = await started(t);
  await spawner.log.append([command(agent, 'command.stop', { reason: 'asked' })]);
  await spawner.event(agent, 'process.stopping');
  await resume(spawner, agent);
  t.true((await say(spawner, agent, 'two')).includes('two'));
  t.is(ofType(await history(spawner.log), 'process.rejected').length, 0);
});

test('one that was deleted does not go on, its home is gone, and who wrote to it learns why', async (t) => {
  const { spawner, agent } = await started(t);
  const elsewhere = join(spawner.folder, 'not-its-own');
  await writeFile(elsewhere, 'kept');
  await symlink(elsewhere, join(spawner.workspace(agent), 'link'));
  await spawner.log.append(command(agent, 'command.delete', {}));
  await spawner.event(agent, 'process.deleted');
  t.false(existsSync(join(spawner.folder, agent)));
  t.true(existsSync(elsewhere), 'what a link leads to stays');
  await resume(spawner, agent);
  const { data } = await spawner.event(agent, 'process.rejected');
  t.is(data.code, 'ORC_NOT_RESUMABLE');
  t.regex(data.reason, /deleted/);
});

test('an archived agent comes back into the state, whoever folds the log', async (t) => {
  const { spawner, agent } = await started(t, { archiveAfterMs: DAY_MS, archiveLookMs: 20 });
  await stop(spawner, agent);
  spawner.aheadMs = 2 * DAY_MS;
  const { sequence } = await spawner.event(agent, 'process.archived');
  await spawner.follower.folded(sequence);
  t.true(spawner.follower.state.archived.has(agent));
  await resume(spawner, agent);
  t.true((await say(spawner, agent, 'two')).startsWith('one;'));
  const { agents, archived } = spawner.follower.state;
  t.false(archived.has(agent));
  t.like(agents.get(agent), { phase: 'ready', kind: 'line', counts: { messages: 2 } });
  const anew = new SystemFollower({ log: spawner.log, logger: quiet });
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  await anew.start(abort.signal);
  await anew.folded(spawner.follower.sequence);
  await spawner.follower.folded(anew.sequence);
  t.is(hashSystem(anew.state), hashSystem(spawner.follower.state));
});

test('a home is kept for its time; its owner is told before it is removed, and it goes on no more', async (t) => {
  const { spawner, agent } = await started(t, { homeRetentionMs: 10 * DAY_MS, homeLookMs: 20 });
  await stop(spawner, agent);
  spawner.aheadMs = 9.5 * DAY_MS;
  const due = await spawner.event(agent, 'process.home-due');
  t.true(existsSync(join(spawner.folder, agent)));
  const { endedAt, removeAt } = due.data;
  const keptMs = Date.parse(removeAt) - Date.parse(endedAt);
  t.true(keptMs >= 10.5 * DAY_MS && keptMs < 10.6 * DAY_MS, 'a tenth of the time from now on');
  spawner.aheadMs = 10.7 * DAY_MS;
  await spawner.event(agent, 'process.home-removed');
  while (existsSync(join(spawner.folder, agent)))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await resume(spawner, agent);
  const { data } = await spawner.event(agent, 'process.rejected');
  t.is(data.code, 'ORC_NOT_RESUMABLE');
  t.is(ofType(await history(spawner.log), 'process.home-due').length, 1);
});

test('one that goes on after its owner was told keeps its home', async (t) => {
  const { spawner, agent } = await started(t, { homeRetentionMs: 10 * DAY_MS, homeLookMs: 20 });
  await stop(spawner, agent);
  spawner.aheadMs = 9.5 * DAY_MS;
  await spawner.event(agent, 'process.home-due');
  await resume(spawner, agent);
  t.true((await say(spawner, agent, 'two')).startsWith('one;'));
  await stop(spawner, agent);
  spawner.aheadMs = 10.1 * DAY_MS;
  // Looked after since: another one's home is due first.
  const other = newAgentId();
  await createAgent(spawner.log, other, 'exit 0');
  await spawner.event(other, 'process.exited');
  spawner.aheadMs = 19.2 * DAY_MS;
  await spawner.event(other, 'process.home-due');
  t.true(existsSync(join(spawner.folder, agent)));
  t.is(ofType(await history(spawner.log), 'process.home-removed').length, 0);
});

test('a job that outlives the run which asked for it opens a turn of the run that follows', async (t) => {
  const script =
    'until [ -e "$JOB_FILE" ]; do sleep 0.1; done; echo "{\\"result\\":\\"shipped\\"}" >&3';
  const ship = shellTool('ship', script, { input: { properties: { file: {} } } });
  const { spawner, agent } = await started(t, { tools: [ship] });
  const file = join(spawner.folder, 'go');
  const job = await call(spawner, agent, 'ship.run', { input: { file } });
  await happened(spawner, job.id, 'job.accepted');
  await stop(spawner, agent);
  const asked = await resume(spawner, agent);
  await spawner.event(agent, 'process.ready', ({ sequence }) => sequence > asked);
  await writeFile(file, '');
  const notice = `job.notice:${job.id}`;
  const told = await spawner.event(agent, 'turn.started', ({ data }) => data.commandId === notice);
  await spawner.turnOver(agent, told.data.turnId);
  const answers = ofType(await history(spawner.log), 'response.answer');
  t.regex(
    answers.at(-1)?.data.text ?? '',
    /^one;.*Job ship \(job_[0-9a-f]{12}\) completed: shipped/s,
  );
});
