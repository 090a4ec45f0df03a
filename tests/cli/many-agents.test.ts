import test, { type ExecutionContext } from 'ava';
import { LeaseStore } from '../../platform/nodes/lease-store.ts';
import { startViews } from '../projections/serve.ts';
import { manyAgents, nthAgent } from '../support/many-agents.ts';
import { environment } from '../support/system.ts';
import { runHere } from './run-here.ts';

const MANY = 30_000;

/** A system whose projections have folded so many agents; each thousandth lives. */
async function operator(t: ExecutionContext) {
  const { nats, follower } = await startViews(t);
  follower.state = manyAgents(MANY, 1_000);
  await LeaseStore.open(nats.connection);
  const env = environment(nats.dataDir, {
    ORCHESTRATOR_NATS_URL: nats.url,
    ORCHESTRATOR_CREDS: nats.operatorCreds,
  });
  return { follower, env };
}

// Issue 12, section 1: above about 28,400 agents ever made each of these was ORC_TOO_LARGE.
test('with thirty thousand agents an operator lists those that live, all, and some', async (t) => {
  const { env } = await operator(t);
  const list = async (...args: string[]): Promise<{ agentId: string }[]> => {
    const { code, stdout, stderr } = await runHere(['agents', '--json', ...args], env);
    t.is(code, 0, stderr);
    return JSON.parse(stdout);
  };
  t.is((await list()).length, MANY / 1_000);
  t.is((await list('--all')).length, MANY);
  t.is((await list('--all', '--owner', 'terminal/ann', '--kind', 'line')).length, MANY);
  t.deepEqual(await list('--owner', 'terminal/ben'), []);
  t.deepEqual(await list('--kind', 'demo'), []);
  const wrong = await runHere(['agents', '--owner', 'ann'], env);
  t.is(wrong.code, 2);
  t.regex(wrong.stderr, /--owner "ann" is not <channel>\/<user id>/);
});

test('with thirty thousand agents nodes are told, and an agent is found by its name', async (t) => {
  const { env, follower } = await operator(t);
  const last = follower.state.agents.get(nthAgent(MANY));
  if (last === undefined || last.phase === 'unknown') return t.fail();
  follower.state.agents.set(last.agentId, { ...last, name: 'Zed' });
  const nodes = await runHere(['nodes', '--json'], env);
  t.is(nodes.code, 0, nodes.stderr);
  t.like(JSON.parse(nodes.stdout)[0], { node: 'node-test', agents: MANY / 1_000 });
  const logs = await runHere(['logs', 'zed'], env);
  t.deepEqual(logs, { code: 0, stdout: '', stderr: '' });
});
