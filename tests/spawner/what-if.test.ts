import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../core/domain/system-state.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { WhatIfComparison } from '../../core/operator/compare-what-if.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { runHere } from '../cli/run-here.ts';
import { startViews } from '../core/conversation/views.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { shellTool } from '../support/declared.ts';
import { gitOf, ownFolder, repositoryWith } from '../support/git.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { type SpawnerFixture, startSpawner } from '../support/spawner.ts';
import { startSpawners } from '../support/spawner-process.ts';
import { environment } from '../support/system.ts';
import { ANN, projectFrom, ShellAgent } from './projects/in-projects.ts';

/** Does what begins with `sh: `, and answers what that printed. */
const AGENT = `while IFS= read -r line; do
  out=ready
  case "$line" in 'sh: '*) out=$(eval "\${line#sh: }" 2>&1) ;; esac
  orchestrator answer "\${out:-done}"
done`;

/** The whole state but for one agent, and how many events there are beside that agent's. */
async function everythingElse(log: EventLog, agentId?: string) {
  await history(log);
  const state = initialSystem();
  let others = 0;
  for await (const message of log.read({ stream: 'EVENTS', from: { sequence: 1 } })) {
    foldMessage(state, message);
    if (agentId === undefined || !message.subject.startsWith(`agents.${agentId}.`)) others += 1;
  }
  for (const map of [state.agents, state.fences, state.archived]) map.delete(agentId ?? '');
  state.sequence = 0;
  return { hash: hashSystem(state), others };
}

/** `orchestrator …` of an operator of that system. */
const operator =
  ({ nats: { url, operatorCreds, dataDir } }: SpawnerFixture) =>
  (...args: string[]) => {
    const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
    return runHere([...args, '--timeout', '60s'], environment(dataDir, own));
  };

/** What it came to, by its JSON. */
async function whatIf(
  t: ExecutionContext,
  ask: ReturnType<typeof operator>,
  ...args: string[]
): Promise<WhatIfComparison & { diffs?: { recorded: string; tried: string } }> {
  const ran = await ask('what-if', ...args, '--json', '--without-isolation');
  t.regex(ran.stderr, /^not isolated: it may reach the network/);
  return JSON.parse(ran.stdout);
}

test('a what-if asks its tools and its user nothing, and changes nothing but its own agent', async (t) => {
  const folder = ownFolder(t);
  const shipped = join(folder, 'shipped');
  const tools = [
    shellTool('ship', `echo "$JOB_TO" >> ${shipped}`, {
      input: { properties: { to: { type: 'string' } }, required: ['to'] },
    }),
  ];
  const spawner = await startSpawner(t, { projectRoots: [folder], tools });
  await startViews(t, spawner.nats);
  const { log } = spawner;
  const ask = operator(spawner);
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const agent = await ShellAgent.begin(spawner, { id: projectId }, { commandLine: AGENT });
  const { agentId } = agent;
  const first = await agent.does('sh: echo two >> a.txt');
  const turn = agent.does(
    'sh: orchestrator ship --to live; orchestrator ask --wait "Which database?"; echo three >> a.txt; orchestrator project list',
  );
  const question = await spawner.event(agentId, 'response.question');
  await log.append(
    command(agentId, 'command.send', {
      text: 'SQLite',
      mode: 'join',
      answers: question.id,
      from: ANN,
    }),
  );
  const second = await turn;
  t.is(readFileSync(shipped, 'utf8'), 'live\n');
  const before = await everythingElse(log);

  const say = `sh: ${[
    'orchestrator ship --to live',
    'orchestrator ship --to live',
    'orchestrator ship --to test',
    'orchestrator project create --name other',
    'orchestrator ask --wait "Which database?"',
    'orchestrator ask --wait "And which port?"',
    'cat a.txt; echo four > b.txt',
  ].join('; ')}`;
  const shown = await whatIf(t, ask, agentId, '--at', second.data.turnId, '--say', say, '--diff');

  t.like(shown, { of: { agentId, turnId: second.data.turnId }, isolated: false, isOver: true });
  const { recorded, tried, agentId: own } = shown;
  t.like(recorded, { outcome: 'answered', usage: 'unknown', agentId });
  t.deepEqual(
    recorded.calls.map(({ name, result }) => `${name}: ${result}`),
    ['ship: done', 'ask: done', 'project list: done'],
  );
  t.deepEqual(
    tried.calls.map(({ name, input, result }) => `${name} ${JSON.stringify(input)}: ${result}`),
    [
      'ship {"to":"live"}: recorded',
      'ship {"to":"live"}: refused',
      'ship {"to":"test"}: refused',
      'project create {"name":"other"}: refused',
      'ask "Which database?": recorded',
      'ask "And which port?": refused',
    ],
  );
  t.deepEqual(tried.told, [say]);
  const text = tried.said.at(-1)?.text ?? '';
  t.regex(text, /^\{"exitCode":0,"output":""\}$/m, 'what the job had come to then');
  t.regex(text, /SQLite/);
  t.regex(text, /ORC_NOT_RECORDED/);
  t.regex(text, /one\ntwo$/, 'the files as they were before that turn');
  t.like(tried.files, { files: 1, insertions: 1, deletions: 0 });
  t.true((tried.ms ?? 0) > 0);
  t.regex(shown.diffs?.recorded ?? '', /\+three/);
  t.regex(shown.diffs?.tried ?? '', /\+four/);

  // Nothing but its own agent is another than before: no job, no delivery, no project, no person.
  t.deepEqual(await everythingElse(log, own), before);
  t.is((await ask('judge')).code, 0, 'all of it would be decided so again');
  t.is(readFileSync(shipped, 'utf8'), 'live\n', 'the tool was not called');
  const events = await history(log);
  const [created] = ofType(events, 'command.create').filter(({ subject }) => subject.includes(own));
  t.is(created?.data.owner, undefined);
  t.like(created?.data.whatIf, { agentId, turnId: second.data.turnId, isolated: false });
  t.false(existsSync(join(spawner.folder, own)), 'its home is gone');
  t.is(ofType(events, 'process.deleted').filter(({ subject }) => subject.includes(own)).length, 1);

  // Side by side, for people; the first turn of an agent begins with what the agent began with.
  const again = await ask('what-if', own, '--show');
  t.regex(again.stdout, /what happened +what if\n/);
  t.regex(again.stdout, /calls +done: ship \{"to":"live"\} +recorded: ship/);
  t.regex(again.stdout, /tokens, cost +unknown +unknown/);
  const anew = await whatIf(t, ask, agentId, '--at', first.data.turnId, '--say', 'sh: cat a.txt');
  t.is(anew.tried.said[0]?.text, 'one');
  // Without other words it is told the same, which is the same job by the record.
  const same = await whatIf(t, ask, agentId, '--at', second.data.turnId, '--id', 'mine');
  t.deepEqual(same.tried.told, recorded.told);
  t.deepEqual(
    same.tried.calls.map(({ result }) => result),
    ['recorded', 'recorded', 'recorded'],
  );
  t.is(same.tried.files?.insertions, recorded.files?.insertions);
  const repeated = await whatIf(t, ask, agentId, '--at', second.data.turnId, '--id', 'mine');
  t.is(repeated.agentId, same.agentId, 'a repeat makes no second one');
  t.is(readFileSync(shipped, 'utf8'), 'live\n');
  t.is(gitOf(spawner.workspace(agentId), 'status', '--porcelain'), ' M a.txt');

  // Where it cannot be kept from the network it does not run, unless somebody says so.
  const refused = await ask('what-if', agentId, '--say', 'hello');
  t.is(refused.code, 1);
  t.regex(refused.stdout, /not-run: ORC_START_FAILED, agents are processes of this machine here/);
  t.regex((await ask('what-if', agentId, '--show')).stderr, /ORC_BAD_INPUT.*is no what-if/);
});

test('a what-if whose spawner is killed, and for whom nobody waits any more, ends by itself', async (t) => {
  const spawners = await startSpawners(t);
  await startViews(t, spawners.nats);
  const { log, nats } = spawners;
  const node = await spawners.spawner('a', spawners.place());
  const agentId = newAgentId();
  const program = `while IFS= read -r m; do
    case "$m" in slow) until [ -e go ]; do sleep 0.1; done ;; esac
    orchestrator answer "$m"
  done`;
  await createAgent(log, agentId, program);
  await sendMessage(log, agentId, 'first', 'one');
  await untilEvent(log, ({ type, subject }) => type === 'turn.ended' && subject.includes(agentId));
  const { url, operatorCreds, dataDir } = nats;
  const own = { ORCHESTRATOR_NATS_URL: url, ORCHESTRATOR_CREDS: operatorCreds };
  const asked = ['what-if', agentId, '--say', 'slow', '--without-isolation', '--no-wait'];
  const ran = await runHere([...asked, '--timeout', '60s'], environment(dataDir, own));
  const fork = ran.stdout.trim();
  const isForks = (wanted: string) => (event: StoredEvent) =>
    event.type === wanted && event.subject.includes(fork);
  await untilEvent(log, isForks('process.delivered'));

  await node.kill();
  await appendFile(join(node.dataDir, 'agents', fork, 'workspace', 'go'), '');
  await untilEvent(log, isForks('response.answer'));
  await node.start();

  await untilEvent(log, isForks('process.deleted'));
  const events = (await history(log)).filter(({ subject }) => subject.includes(fork));
  t.deepEqual(
    ofType(events, 'response.answer').map(({ data }) => data.text),
    ['slow'],
  );
  t.is(ofType(events, 'turn.ended').length, 1);
  t.is(ofType(events, 'process.stopped').length, 1);
  t.false(existsSync(join(node.dataDir, 'agents', fork, 'workspace')));
});
