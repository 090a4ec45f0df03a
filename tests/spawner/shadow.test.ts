import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { askHealth } from '../../platform/service/ask-health.ts';
import { askMetrics } from '../../platform/service/ask-metrics.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { newEvent } from '../../schemas/new-event.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { history } from '../support/history.ts';
import type { TestNats } from '../support/nats.ts';
import { startSpawner } from '../support/spawner.ts';
import { Spawners } from '../support/spawner-process.ts';

const ECHO = 'while IFS= read -r message; do orchestrator answer "$message"; done';

test('a shadow decides what a living spawner decided, tells what differs, and does nothing', async (t) => {
  const spawner = await startSpawner(t);
  const { nats, log } = spawner;
  const agentId = newAgentId();
  await createAgent(log, agentId, ECHO);
  await sendMessage(log, agentId, 'alone', 'hello');
  await spawner.event(agentId, 'turn.ended');
  const from = (await log.lastSequence('EVENTS')) + 1;
  const spawners = new Spawners(t, nats, { environment: { ORCHESTRATOR_SHADOW: 'true' } });
  const shadow = await spawners.spawner('next', spawners.place());

  await sendMessage(log, agentId, 'watched', 'hello again');
  const agreed = await untilTold(nats, / of [1-9]\d* decisions/);

  t.is(agreed.node, 'shadow-next');
  t.is(agreed.check.detail, `0 of 3 decisions since event ${from} differ`);
  t.like(agreed.check, { ok: true, notable: undefined });

  // Of a turn that is over, nobody is reminded.
  const meta = { id: 'forged', source: 'orchestrator/spawner', now: new Date() };
  await log.append(newEvent('turn.nudged', { agentId }, { turnId: 'watched' }, meta));
  const differing = await untilTold(nats, /^[1-9]/);

  const last = await log.lastSequence('EVENTS');
  t.regex(differing.check.detail, new RegExp(`^1 of 4 .*first at event ${last} of ${agentId}`));
  t.like(differing.check, { ok: true, notable: true });
  const [numbers] = await askMetrics(nats.connection.nc, { expected: ['shadow'] });
  const differences = numbers?.samples.filter(({ name }) => name.includes('differences'));
  t.like(differences, [{ labels: { kind: 'not-decided' }, value: 1 }]);

  await shadow.stop();
  const events = await history(log);
  const typesOf = (id: string) =>
    events.flatMap(({ correlationId, type }) => (correlationId === id ? [type] : []));
  t.deepEqual(typesOf('watched'), typesOf('alone'));
  t.is((await LeaseStore.of(nats.connection).all()).length, 1);
});

/** What the shadow says of itself, once its words are these; there is no event for it. */
async function untilTold({ connection }: TestNats, words: RegExp) {
  for (;;) {
    const heard = await askHealth(connection.nc, { expected: ['shadow'] });
    const shadow = heard.find(({ service }) => service === 'shadow');
    const check = shadow?.checks.find(({ name }) => name === 'shadow');
    if (shadow && check && words.test(check.detail)) return { node: shadow.node, check };
    await delay(200);
  }
}
