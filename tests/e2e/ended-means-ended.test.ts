import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { connectLog, type LogConnection } from '../../core/log/connection.ts';
import { agentInboxPrefix } from '../../platform/nats/agent-credentials.ts';
import { dataPaths } from '../../platform/service/data-paths.ts';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { startSystem, type TestSystem } from '../support/system.ts';

/** Where the local runtime keeps what only the agent may read. */
const SECRETS = '.orchestrator';

const DEMO = { kind: 'demo', ttlMs: 3_600_000, turnDeadlineMs: 60_000 };

/** A connection with what the agent itself holds, as whoever copied it would make it. */
async function connectWith(system: TestSystem, copy: Copy): Promise<LogConnection> {
  const url = (await readFile(dataPaths(system.dataDir).natsUrl, 'utf8')).trim();
  return connectLog({
    url,
    credentials: { file: copy.file },
    name: 'copied',
    inboxPrefix: agentInboxPrefix(copy.agentId),
    timeoutMs: 2_000,
    maxReconnectAttempts: 0,
  });
}

interface Copy {
  agentId: string;
  file: string;
}

/** An agent that runs, and a copy of its credential. */
async function startAgent(system: TestSystem): Promise<Copy> {
  const agentId = newAgentId();
  const log = await system.log();
  await log.append(command(agentId, 'command.create', DEMO));
  const isReady = ({ type, subject }: StoredEvent) =>
    type === 'process.ready' && subject.includes(agentId);
  await untilEvent(log, isReady);
  const { agents } = dataPaths(system.dataDir);
  const file = join(system.dataDir, `${agentId}.copy`);
  await copyFile(join(agents, agentId, SECRETS, 'agent.creds'), file);
  return { agentId, file };
}

test('F8: a copy of a credential is worth nothing when its agent has ended, and others’ are', async (t) => {
  const system = await startSystem(t);
  const log = await system.log();
  const [stopped, deleted, living] = [
    await startAgent(system),
    await startAgent(system),
    await startAgent(system),
  ];
  const open = await connectWith(system, stopped);
  t.teardown(() => open.close());

  await log.append(command(stopped.agentId, 'command.stop', { reason: 'asked' }));
  await log.append(command(deleted.agentId, 'command.delete', {}));
  await open.nc.closed();

  for (const copy of [stopped, deleted]) {
    // The second may be revoked a moment later: where it never is, this does not end.
    const untilRefused = async () => {
      for (;;) await (await connectWith(system, copy)).close();
    };
    await t.throwsAsync(untilRefused, { code: 'ORC_NOT_PERMITTED' });
  }
  const other = await connectWith(system, living);
  t.false(other.nc.isClosed());
  await other.close();
});

test('a credential of an earlier run stays worth nothing when its agent goes on, and the new one counts at once', async (t) => {
  const system = await startSystem(t);
  const log = await system.log();
  const copy = await startAgent(system);
  const { agentId } = copy;
  await log.append(command(agentId, 'command.stop', { reason: 'asked' }));
  await log.append(command(agentId, 'command.resume', {}));
  const sent = command(agentId, 'command.send', { text: 'hello', mode: 'join' });
  await log.append(sent);
  const isAnswer = ({ type, subject }: StoredEvent) =>
    type === 'response.answer' && subject.includes(agentId);
  t.like((await untilEvent(log, isAnswer)).data, { text: '[1] You said: hello' });

  const untilRefused = async () => {
    for (;;) await (await connectWith(system, copy)).close();
  };
  await t.throwsAsync(untilRefused, { code: 'ORC_NOT_PERMITTED' });
  const file = join(system.dataDir, 'new.copy');
  await copyFile(join(dataPaths(system.dataDir).agents, agentId, SECRETS, 'agent.creds'), file);
  const own = await connectWith(system, { agentId, file });
  t.false(own.nc.isClosed());
  await own.close();
});
