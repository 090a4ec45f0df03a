import test from 'ava';
import type { StoredEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { untilEvent } from '../support/history.ts';
import { dataFolder, orchestrator, startSystem } from '../support/system.ts';

const ECHO = 'while read -r m; do orchestrator answer "$m"; done';
const ENDLESS =
  'read -r m; while orchestrator progress "$m"; do :; done; while read -r m; do orchestrator answer "$m"; done';

test('quotas are settings: the operator sees who is over, and a start with more lets it speak again', async (t) => {
  const dataDir = dataFolder(t);
  const env = { ORCHESTRATOR_QUOTA_EVENTS: '4' };
  const args = ['--keep-agents'];
  const first = await startSystem(t, { dataDir, env, args });
  const log = await first.log();
  const [noisy, other] = [newAgentId(), newAgentId()];
  await createAgent(log, noisy, ENDLESS);
  await createAgent(log, other, ECHO);
  const of = (agent: string, type: string) => (event: StoredEvent) =>
    event.type === type && event.subject.includes(agent);

  await sendMessage(log, noisy, 'first', 'go');
  await untilEvent(log, of(noisy, 'process.muted'));
  await untilEvent(log, of(noisy, 'turn.failed'));
  await sendMessage(log, other, 'second', 'hello');
  await untilEvent(log, of(other, 'turn.ended'));

  const health = await orchestrator(['health'], { env: first.env });
  t.is(health.code, 0, health.stdout);
  t.regex(
    health.stdout,
    new RegExp(`^spawner on .*: well\n {2}quotas: ${noisy} is not heard`, 'm'),
  );
  t.is((await orchestrator(['verify'], { env: first.env })).code, 0);

  await first.kill();
  const raised = { ORCHESTRATOR_QUOTA_EVENTS: '1000' };
  const second = await startSystem(t, { dataDir, env: raised, args });
  const again = await second.log();
  await untilEvent(again, of(noisy, 'process.unmuted'));
  await sendMessage(again, noisy, 'third', 'heard?');
  await untilEvent(again, (event) => of(noisy, 'turn.ended')(event));
  t.is((await orchestrator(['verify'], { env: second.env })).code, 0);
});
