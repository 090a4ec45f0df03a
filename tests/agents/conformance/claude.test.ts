import test from 'ava';
import { sendMessage } from '../../support/commands.ts';
import { ofType } from '../../support/history.ts';
import { CLAUDE } from './support/agent-kinds.ts';
import { startAgent } from './support/agent-world.ts';
import { holdsAgentTo } from './support/conformance.ts';

holdsAgentTo(CLAUDE);

test('D3: a command of Claude itself is answered by what it says, and no model is asked', async (t) => {
  t.timeout(120_000);
  const world = await startAgent(t, CLAUDE);
  const { log } = world.spawner;
  for (const command of ['/cost', '/model opus', '/clear']) {
    await sendMessage(log, world.agentId, command.slice(1, 4), command);
    await world.ended(command.slice(1, 4));
  }

  const [cost, model, clear] = await world.answers();
  t.regex(cost ?? '', /^Estimated cost:/);
  t.regex(model ?? '', /^Set model to/);
  t.is(clear, 'Done.');
  t.is(world.model.requests.length, 0);
  t.is(ofType(await world.events(), 'turn.nudged').length, 0);
});
