import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { runHere } from '../../cli/run-here.ts';
import { startViews } from '../../core/conversation/views.ts';
import { command } from '../../support/commands.ts';
import { gitOf, ownFolder, repositoryWith } from '../../support/git.ts';
import { history, ofType } from '../../support/history.ts';
import { startSpawner } from '../../support/spawner.ts';
import { environment } from '../../support/system.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

/** Keeps what it is told beside its workspace, and does what stands behind the last `sh: ` of it. */
const AGENT = `while IFS= read -r line; do
  printf '%s\\n' "$line" >> ../heard
  case "$line" in *'sh: '*) eval "\${line##*sh: }" >&2; orchestrator answer "did: \${line##*sh: }" ;; esac
done`;

test('an agent is rewound: its files, what it is told of the conversation, and what is not undone', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  await startViews(t, spawner.nats);
  const { url, operatorCreds, dataDir } = spawner.nats;
  const env = environment(dataDir, {
    ORCHESTRATOR_NATS_URL: url,
    ORCHESTRATOR_CREDS: operatorCreds,
  });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const agent = await ShellAgent.begin(spawner, { id: projectId }, { commandLine: AGENT });
  const { agentId } = agent;
  const workspace = spawner.workspace(agentId);
  const rewind = (...args: string[]) =>
    runHere(['rewind', agentId, '--timeout', '60s', ...args], env);
  const first = await agent.does('sh: echo 1 > one.txt');
  const middle = await agent.does('sh: echo 2 > two.txt; git add .; git commit -qm two');
  await agent.does('sh: echo 3 > three.txt; git add .; git commit -qm three');
  const to = middle.data.turnId;

  t.regex((await rewind('--to', to)).stderr, /ORC_USAGE.*--conversation/s);
  t.regex((await rewind('--to', 'turn-none', '--files')).stderr, /ORC_TURN_NOT_FOUND/);

  const files = await rewind('--to', to, '--files');
  t.is(files.code, 0, files.stderr);
  t.regex(files.stderr, /Not undone:\n {2}\S+ it answered: did: echo 3/);
  t.false(existsSync(join(workspace, 'three.txt')));
  t.is(gitOf(workspace, 'log', '-1', '--format=%s'), 'two');
  t.notRegex(readFileSync(join(workspace, '../heard'), 'utf8'), /go on after a break/);

  // A spawner that was away takes it up; what was asked meanwhile waits for it.
  await spawner.stop();
  const ends = ofType(await history(spawner.log), 'turn.ended');
  const ended = ends.find(({ data }) => data.turnId === first.data.turnId);
  const data = {
    turnId: first.data.turnId,
    sequence: ended?.sequence ?? 0,
    conversation: true as const,
    files: true as const,
  };
  await spawner.log.append(command(agentId, 'command.rewind', data));
  await spawner.start();
  const after = await agent.does('sh: echo 4 > four.txt');
  t.is(after.type, 'turn.snapshot');
  t.false(existsSync(join(workspace, 'two.txt')));
  t.is(readFileSync(join(workspace, 'one.txt'), 'utf8'), '1\n');
  const heard = readFileSync(join(workspace, '../heard'), 'utf8');
  const digest = heard.slice(heard.indexOf('[You go on after a break'));
  t.regex(digest, /did: echo 1/);
  t.notRegex(digest, /echo [23] >/);

  // Taken back is what the turn after it did.
  t.like(await agent.undo(), { type: 'process.undone', data: { files: 1 } });
  t.false(existsSync(join(workspace, 'four.txt')));
  const gone = await rewind('--to', to, '--conversation');
  t.regex(gone.stderr, /ORC_TURN_NOT_FOUND/, 'a turn that was rewound is none to go on from');
});
