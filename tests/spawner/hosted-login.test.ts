import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { agentFactories, agentLogins } from '../../agents/agent-factories.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command, sendMessage } from '../support/commands.ts';
import { accessTokenOf, claudeLoginFor, LoginFolder } from '../support/logins.ts';
import { temporaryFolder } from '../support/nats.ts';
import { startSpawner } from '../support/spawner.ts';

/** Speaks as Claude Code does; with each message it renews its login, as which it takes the message. */
const CLI = `#!/usr/bin/env node
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const say = (message) => console.log(JSON.stringify(message));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, request_id, uuid, message } = JSON.parse(line);
  if (type === 'control_request') {
    say({ type: 'control_response', response: { subtype: 'success', request_id, response: {} } });
  }
  if (type !== 'user') return;
  const login = message.content.match(/\\{.*\\}/s)[0];
  writeFileSync(process.env.HOME + '/.claude/.credentials.json', login, { mode: 0o600 });
  execFileSync('orchestrator', ['answer', 'done']);
  say({ type: 'command_lifecycle', command_uuid: uuid, state: 'completed' });
  say({ type: 'result', num_turns: 1, is_error: false, result: '', session_id: uuid });
});
`;

test('C4: a login that the CLI of a hosted agent renews is written back by the end of the turn', async (t) => {
  const [folder, programs] = [await temporaryFolder(t), await temporaryFolder(t)];
  await writeFile(join(programs, 'claude'), CLI);
  await chmod(join(programs, 'claude'), 0o755);
  const logins = new LoginFolder(folder);
  const file = 'terminal/ada/claude/.claude/.credentials.json';
  await logins.put(file, claudeLoginFor(1));
  const own = { ORCHESTRATOR_CREDENTIALS_DIR: folder };
  const settings = loadSettings(own);
  const spawner = await startSpawner(t, {
    programFolders: [programs],
    factories: await agentFactories(settings, own),
    loginRenewals: { logins: agentLogins(settings, own) },
  });
  const agent = newAgentId();
  const owner = { channel: 'terminal', userId: 'ada' };
  const create = { kind: 'claude', owner, ttlMs: 3_600_000, turnDeadlineMs: 60_000 };
  await spawner.log.append(command(agent, 'command.create', create));
  await sendMessage(spawner.log, agent, 'first', claudeLoginFor(8, 'renewed'));

  await spawner.event(agent, 'turn.ended');

  t.is(accessTokenOf(await logins.read(file)), 'access-renewed');
});
