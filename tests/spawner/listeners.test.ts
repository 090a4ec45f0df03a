import { getEventListeners } from 'node:events';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent } from '../support/commands.ts';
import { startSpawner } from '../support/spawner.ts';

test('B2: a spawner that has placed many agents has no more listeners on any signal than after the first', async (t) => {
  const signals = new Set<AbortSignal>();
  const { addEventListener } = EventTarget.prototype;
  t.teardown(() => Object.assign(EventTarget.prototype, { addEventListener }));
  EventTarget.prototype.addEventListener = function (...args) {
    if (this instanceof AbortSignal) signals.add(this);
    addEventListener.apply(this, args);
  };
  const spawner = await startSpawner(t);
  const live = async () => {
    const agent = newAgentId();
    await createAgent(spawner.log, agent, 'read -r _');
    await spawner.event(agent, 'process.ready');
    await spawner.log.append(command(agent, 'command.stop', { reason: 'asked' }));
    await spawner.event(agent, 'process.stopped');
  };
  await live();
  const before = new Map(
    [...signals].map((signal) => [signal, getEventListeners(signal, 'abort').length]),
  );
  t.true(before.size > 0);
  for (let agents = 0; agents < 4; agents += 1) await live();

  const more = [...before].map(
    ([signal, count]) => getEventListeners(signal, 'abort').length - count,
  );
  t.true(Math.max(...more) < 3, `${Math.max(...more)} more for four agents`);
});
