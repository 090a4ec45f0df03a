import { join } from 'node:path';
import test from 'ava';
import { newAgentId } from '../../../schemas/ids.ts';
import { createAgent } from '../../support/commands.ts';
import { history, ofType, untilEvent } from '../../support/history.ts';
import { startSystem } from '../../support/system.ts';

const BUNDLE = join(import.meta.dirname, '..', '..', '..', 'dist', 'orchestrator.cjs');

test('what npm start runs, bundles of the services, comes up and runs an agent', async (t) => {
  const system = await startSystem(t, { program: [BUNDLE] });
  await system.serves;
  const log = await system.log();
  await createAgent(log, newAgentId(), 'read -r _');
  await untilEvent(log, ({ type }) => type === 'process.ready');
  t.is(ofType(await history(log), 'process.exited').length, 0);
});
