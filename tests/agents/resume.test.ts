import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { command } from '../support/commands.ts';
import { ofType } from '../support/history.ts';
import { answersEach } from '../support/model-server/scripts.ts';
import { AGENT_CLIS, CLAUDE, CODEX } from './conformance/support/agent-kinds.ts';
import { AgentWorld, startAgent } from './conformance/support/agent-world.ts';
import { PATIENCE_MS } from './conformance/support/patience.ts';

const TEST_TIMEOUT_MS = 3 * PATIENCE_MS;

/** A life of so long, counted while it is idle, is over soon after its first turn. */
const SHORT_MS = 8_000;

const isThere = (name = ''): boolean => existsSync(join(AGENT_CLIS, name));

/** Lets the agent of a world go on after its end. */
async function goOn(world: AgentWorld, after: 'stop' | 'ttl'): Promise<void> {
  const { spawner, agentId } = world;
  if (after === 'stop')
    await spawner.log.append(command(agentId, 'command.stop', { reason: 'asked' }));
  await spawner.event(agentId, 'process.stopped', ({ data }) => data.reason === after);
  await spawner.log.append(command(agentId, 'command.resume', {}));
}

for (const kind of [CLAUDE, CODEX]) {
  const own = isThere(kind.package) ? test : test.skip;
  own(
    `${kind.kind} remembers what was said before it was stopped, and before its time was over`,
    async (t) => {
      t.timeout(TEST_TIMEOUT_MS);
      const world = await startAgent(t, kind);
      world.model.script = answersEach;
      await world.say('one');
      await world.ended('one');
      await goOn(world, 'stop');
      await world.say('two');
      await world.ended('two');
      t.is((await world.answers()).at(-1), '<two> of one,two');

      const brief = new AgentWorld(t, world.model, world.spawner);
      const life = { kind: kind.kind, ttlMs: SHORT_MS, turnDeadlineMs: PATIENCE_MS };
      await world.spawner.log.append(command(brief.agentId, 'command.create', life));
      await brief.say('three');
      await brief.ended('three');
      await goOn(brief, 'ttl');
      await brief.say('four');
      await brief.ended('four');
      t.is((await brief.answers()).at(-1), '<four> of three,four');

      const told = JSON.stringify(world.model.requests.map(({ parts }) => parts));
      t.false(told.includes('without a memory'), 'by its own session, not by a digest');
      await world.holdsNoSecret();
    },
  );
}

const withClaude = isThere(CLAUDE.package) ? test : test.skip;

withClaude('a session that is gone is said to be, and a digest stands in its place', async (t) => {
  t.timeout(TEST_TIMEOUT_MS);
  const world = await startAgent(t, CLAUDE);
  world.model.script = answersEach;
  const { spawner, agentId } = world;
  await world.say('one');
  await world.ended('one');
  await spawner.log.append(command(agentId, 'command.stop', { reason: 'asked' }));
  await spawner.event(agentId, 'process.stopped');
  await rm(join(spawner.folder, agentId, '.claude', 'projects'), { recursive: true });
  await spawner.log.append(command(agentId, 'command.resume', {}));
  await world.say('two');
  await world.ended('two');
  const notices = ofType(await world.events(), 'response.progress').map(({ data }) => data.text);
  t.true(
    notices.some((text) => text.includes('digest')),
    notices.join('\n'),
  );
  const told = JSON.stringify(world.model.requests.at(-1)?.parts);
  t.true(told.includes('without a memory') && told.includes('MSG[one]'), told);
});
