import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { StoredMessage } from '../../../core/log/stored-message.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import { runHere } from '../../cli/run-here.ts';
import { startViews } from '../../core/conversation/views.ts';
import { archiveAgent } from '../../support/archive-agent.ts';
import { command, createAgent } from '../../support/commands.ts';
import { gitOf, ownFolder, repositoryWith } from '../../support/git.ts';
import { history, ofType } from '../../support/history.ts';
import { type SpawnerFixture, startSpawner } from '../../support/spawner.ts';
import { environment } from '../../support/system.ts';
import { projectFrom, ShellAgent } from './in-projects.ts';

/** Keeps what it is told beside its workspace, and does what begins with `sh: `. */
const AGENT = `while IFS= read -r line; do
  printf '%s\\n' "$line" >> ../heard
  case "$line" in 'sh: '*) eval "\${line#sh: }" >&2 ;; esac
  orchestrator answer "said: $line"
done`;

/** Everything that the log has of an agent, byte for byte. */
async function bytesOf({ log }: SpawnerFixture, agentId: string): Promise<string[]> {
  await history(log);
  const told: string[] = [];
  const shown = ({ sequence, subject, payload, size, time }: StoredMessage) =>
    [sequence, subject, size, time.toISOString(), Buffer.from(payload).toString('hex')].join(' ');
  const range = { stream: 'EVENTS', from: { sequence: 1 }, filter: agentFilter(agentId) } as const;
  for await (const message of log.read(range)) told.push(shown(message));
  return told;
}

/** Every file of a folder, those of git among them, by path and content. */
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path, readFileSync(path).toString('hex')]),
  );

test('a fork has the files and the knowledge of a turn in the middle; the other agent is as it was', async (t) => {
  const folder = ownFolder(t);
  const spawner = await startSpawner(t, { projectRoots: [folder] });
  await startViews(t, spawner.nats);
  const { url, operatorCreds, dataDir } = spawner.nats;
  const env = environment(dataDir, {
    ORCHESTRATOR_NATS_URL: url,
    ORCHESTRATOR_CREDS: operatorCreds,
  });
  const shop = repositoryWith(join(folder, 'shop'), { 'a.txt': 'one\n', '.gitignore': 'out/\n' });
  const { projectId } = await projectFrom(spawner, { repo: shop });
  const made = { commandLine: AGENT, allowedTools: ['respond'] };
  const agent = await ShellAgent.begin(spawner, { id: projectId }, made);
  const { agentId } = agent;
  const first = await agent.does('sh: echo two >> a.txt; git commit -qam "Mend it"');
  const middle = await agent.does('sh: echo secret of then > note.txt; mkdir out; echo x > out/y');
  await agent.does('sh: rm note.txt; echo later > later.txt; git add .; git commit -qm later');
  const workspace = spawner.workspace(agentId);
  const [before, files] = [await bytesOf(spawner, agentId), filesOf(workspace)];
  const forks: string[] = [];
  const fork = async (...args: string[]) => {
    const ran = await runHere(['fork', agentId, '--timeout', '60s', ...args], env);
    if (ran.code === 0) forks.push(ran.stdout.trim());
    return ran;
  };

  const { turnId } = middle.data;
  const ran = await fork('--at', turnId, '--id', 'mine', '--name', 'other');
  t.is(ran.code, 0, ran.stderr);
  t.regex(
    ran.stderr,
    new RegExp(
      `forked from ${agentId} at ${turnId}, .*: by a digest of 4 messages, with the files of that turn`,
    ),
  );
  const own = ran.stdout.trim();
  await spawner.event(own, 'turn.ended');
  const [created] = ofType(await history(spawner.log, agentFilter(own)), 'command.create');
  t.like(created?.data, {
    kind: 'line',
    name: 'other',
    commandLine: AGENT,
    allowedTools: ['respond'],
    forkedFrom: { agentId, turnId },
  });
  t.is(created?.data.owner, undefined, 'nobody gets its answers who did not ask for them');

  // What was committed is committed, what was not is not, and nothing is there of later.
  const place = spawner.workspace(own);
  t.is(gitOf(place, 'branch', '--show-current'), `orchestrator/${own}`);
  t.is(gitOf(place, 'log', '--format=%s'), 'Mend it\nfirst');
  t.is(gitOf(place, 'status', '--porcelain'), '?? note.txt');
  t.is(readFileSync(join(place, 'note.txt'), 'utf8'), 'secret of then\n');
  t.deepEqual(
    ['later.txt', 'out'].filter((name) => existsSync(join(place, name))),
    [],
  );
  const heard = readFileSync(join(place, '../heard'), 'utf8');
  t.regex(heard, new RegExp(`a digest .* fork of the agent .*${agentId}.*${turnId}`, 's'));
  t.regex(heard, /> said: sh: echo two/);
  t.regex(heard, /> sh: echo secret of then/);
  t.notRegex(heard, /later > later/);

  // Its own turns are its own: shown, taken back, and on its own branch.
  const forked = new ShellAgent(spawner, own);
  const work = await forked.does(
    'sh: echo more >> note.txt; git add .; git commit -qm "Of the fork"',
  );
  t.like(work, { type: 'turn.snapshot', data: { files: 1, insertions: 1, deletions: 0 } });
  t.like(await forked.undo(), { type: 'process.undone', data: { files: 1 } });
  t.is(readFileSync(join(place, 'note.txt'), 'utf8'), 'secret of then\n');
  t.is(gitOf(place, 'log', '-1', '--format=%s'), 'Mend it');

  // The same again makes none; the same id for another turn is refused.
  t.is((await fork('--at', turnId, '--id', 'mine')).stdout.trim(), own);
  t.is((await fork('--id', 'mine')).stdout.trim(), own, 'whatever is the last turn by now');
  const other = await fork('--at', first.data.turnId, '--id', 'mine');
  t.regex(other.stderr, /ORC_CONFLICT/);
  t.regex((await fork('--at', 'turn-none')).stderr, /ORC_TURN_NOT_FOUND/);
  const all = await history(spawner.log);
  t.is(ofType(all, 'command.create').length, 2);

  t.deepEqual(await bytesOf(spawner, agentId), before);
  t.deepEqual(filesOf(workspace), files);

  // Deleted and gone from the state, it is still in the log, and its snapshots with its project.
  await spawner.log.append(command(agentId, 'command.delete', {}));
  await spawner.event(agentId, 'process.deleted');
  await archiveAgent(spawner.log, agentId);
  const [question] = ofType(await history(spawner.log, agentFilter(agentId)), 'response.answer');
  const late = await fork('--at', question?.id ?? '', '--json');
  t.is(late.code, 0, late.stderr);
  const shown = JSON.parse(late.stdout);
  t.like(shown, {
    forkedFrom: { agentId, turnId: first.data.turnId },
    memory: 'digest',
    messages: 2,
    files: { turnId: first.data.turnId },
  });
  t.is(gitOf(spawner.workspace(shown.agentId), 'status', '--porcelain'), '');
  t.is(gitOf(spawner.workspace(shown.agentId), 'log', '-1', '--format=%s'), 'Mend it');

  // What another machine keeps is not here: the fork does not begin with something else.
  const elsewhere = newAgentId();
  const from = { commit: 'f'.repeat(40) };
  const { log } = spawner;
  await createAgent(log, elsewhere, AGENT, { project: { id: projectId, from } });
  const failed = await spawner.event(elsewhere, 'process.start-failed');
  t.regex(failed.data.reason, /The snapshot ffffffffffff is not in this machine’s repository/);
});
