import test from 'ava';
import { ChangeSignal } from '../../platform/async/change-signal.ts';
import type { NewEvent } from '../../schemas/event.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { command } from '../support/commands.ts';
import { startSpawner } from '../support/spawner.ts';

test('A9: an agent for which the same is decided again rests, and the health names it until it goes on', async (t) => {
  const spawner = await startSpawner(t);
  const reports = new ChangeSignal();
  const report = spawner.health.report.bind(spawner.health);
  spawner.health.report = (...check) => {
    report(...check);
    reports.changed();
  };
  const check = () => spawner.health.checks().find(({ name }) => name === 'agents');
  const agentId = newAgentId();
  const rejected = (id: string, commandId: string) => ({
    id,
    type: 'process.rejected' as const,
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: `agents.${agentId}.process.rejected`,
    data: { commandId, code: 'ORC_AGENT_NOT_FOUND', reason: 'none', cure: 'none' },
  });
  const store = async (event: NewEvent) => t.like(await spawner.log.append(event), { ok: true });
  const until = (isNotable: boolean) =>
    reports.until(() => (check()?.notable === true) === isNotable, AbortSignal.timeout(60_000));
  // Something else stands under the id that is about to be decided.
  await store(rejected('process.rejected:c-1', 'another'));
  await store(command(agentId, 'command.interrupt', {}, 'c-1'));

  await until(true);
  t.true(check()?.ok);
  t.regex(check()?.detail ?? '', RegExp(`for ${agentId} until .*process.rejected:c-1: id-taken`));
  await store(rejected('by-hand', 'c-1'));
  await until(false);
  t.is(check()?.detail, 'each is acted for');
});
