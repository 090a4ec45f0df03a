import { join } from 'node:path';
import test from 'ava';
import { publishEvent } from '../../../core/log/publish-event.ts';
import { revokeAs } from '../../../platform/nats/revocations.ts';
import { readAgentKeys } from '../../../platform/nats/trust.ts';
import { AGENT, answer } from '../../core/log/events.ts';
import { startTestNats } from '../../support/nats.ts';

const OTHER = 'agent-ba9876543210';

test('a revoked credential is refused at once and after a restart, another one goes on', async (t) => {
  const nats = await startTestNats(t);
  const keys = await readAgentKeys(join(nats.dataDir, 'auth'));
  if (keys === undefined) return t.fail();
  const [agent, other] = [await nats.connectAgent(AGENT), await nats.connectAgent(OTHER)];
  t.like(await publishEvent(agent.nc, answer('before')), { ok: true });

  await revokeAs(keys, nats.url, new Map([[AGENT, new Date(Date.now() + 60_000)]]));

  await agent.nc.closed();
  await t.throwsAsync(nats.connectAgent(AGENT), { code: 'ORC_NOT_PERMITTED' });
  t.like(await publishEvent(other.nc, answer('other', 'x', OTHER)), { ok: true });
  await nats.kill();
  await nats.restart();
  await t.throwsAsync(nats.connectAgent(AGENT), { code: 'ORC_NOT_PERMITTED' });
  t.like(await publishEvent((await nats.connectAgent(OTHER)).nc, answer('2', 'x', OTHER)), {
    ok: true,
  });
});

test('who is not named any more may speak again', async (t) => {
  const nats = await startTestNats(t);
  const keys = await readAgentKeys(join(nats.dataDir, 'auth'));
  if (keys === undefined) return t.fail();
  await revokeAs(keys, nats.url, new Map([[AGENT, new Date()]]));
  await t.throwsAsync(nats.connectAgent(AGENT, new Date(Date.now() + 60_000)));
  await revokeAs(keys, nats.url, new Map());
  t.like(await publishEvent((await nats.connectAgent(AGENT)).nc, answer('again')), { ok: true });
});

test('while credentials are revoked, what others say is acknowledged without a gap', async (t) => {
  const nats = await startTestNats(t);
  const keys = await readAgentKeys(join(nats.dataDir, 'auth'));
  if (keys === undefined) return t.fail();
  const { nc } = await nats.connectAgent(OTHER);
  let revoking = true;
  const revocations = (async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = `agent-${String(round).padStart(12, '0')}`;
      await revokeAs(keys, nats.url, new Map([[id, new Date()]]));
    }
    revoking = false;
  })();
  let said = 0;
  for (; revoking || said === 0; said += 1) {
    t.like(await publishEvent(nc, answer(`answer-${said}`, 'x', OTHER)), { ok: true });
  }
  await revocations;
  t.is(await nats.log.heard(`agents.${OTHER}.>`), said);
});
