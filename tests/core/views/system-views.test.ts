import test from 'ava';
import { hashSystem } from '../../../core/domain/system-state.ts';
import { hashInSlices } from '../../../core/projection/hash-in-slices.ts';
import { systemViews } from '../../../core/views/system-views.ts';
import { VIEWS } from '../../../schemas/views.ts';
import { foldHistory, historyNames, readHistory } from '../../support/recorded-history.ts';

const ANN = 'agent-00000000000a';
const BEN = 'agent-00000000000b';

const twoUsers = async (until = Number.POSITIVE_INFINITY) =>
  foldHistory((await readHistory('two-users')).filter(({ sequence }) => sequence <= until));

test('the agents are listed in the order in which they came, and none that nobody created', async (t) => {
  const { sequence, agents } = systemViews.agents(await twoUsers(), {});
  t.is(sequence, 58);
  t.deepEqual(
    agents.map(({ agentId, phase }) => [agentId, phase]),
    [
      [ANN, 'ended'],
      [BEN, 'ended'],
    ],
  );
});

test('an agent is shown with its run and its turn while it has them', async (t) => {
  const { agent } = systemViews.agent(await twoUsers(34), { agentId: BEN });
  t.like(agent, {
    agentId: BEN,
    phase: 'ready',
    kind: 'demo',
    owner: { channel: 'telegram', userId: '1002' },
    queued: 0,
    deleted: false,
    node: 'node-test',
    counts: { messages: 2, answers: 1, turns: 2, failed: 0 },
  });
  t.is(agent.turn?.messages.length, 1);
  t.truthy(agent.pid);
});

test('an agent that has ended says how, and shows no run', async (t) => {
  const { agent } = systemViews.agent(await twoUsers(), { agentId: BEN });
  t.like(agent, { phase: 'ended', end: 'stopped: stop', deleted: false });
  t.is(agent.pid, undefined);
  t.is(agent.turn, undefined);
});

test('an agent that does not exist is an error, also where somebody wrote to its id', async (t) => {
  const state = await twoUsers();
  for (const agentId of ['agent-00000000000c', 'agent-0000000000ff']) {
    t.throws(() => systemViews.agent(state, { agentId }), { code: 'ORC_AGENT_NOT_FOUND' });
  }
});

test('a user has an agent while it is assigned, and all that there ever were', async (t) => {
  const ann = { channel: 'terminal', userId: 'ann' };
  t.like(systemViews.user(await twoUsers(30), ann), { agentId: ANN, agents: [ANN] });
  t.like(systemViews.user(await twoUsers(), ann), { agentId: null, agents: [ANN] });
  const nobody = { channel: 'terminal', userId: 'nobody' };
  t.like(systemViews.user(await twoUsers(), nobody), { agentId: null, agents: [] });
});

test('the projects are listed with their owners', async (t) => {
  const { projects } = systemViews.projects(await twoUsers(), {});
  t.deepEqual(
    projects.map(({ name, agentId, owner }) => [name, agentId, owner?.userId]),
    [
      ['one', ANN, 'ann'],
      ['two', BEN, '1002'],
    ],
  );
});

test('the hash that is made in slices is that of the state', async (t) => {
  const state = await twoUsers();
  t.is(await hashInSlices(state), hashSystem(state));
});

test('every answer at every place of every history is what its schema promises', async (t) => {
  for (const name of historyNames()) {
    const messages = await readHistory(name);
    for (let at = 0; at <= messages.length; at += 1) {
      const state = foldHistory(messages.slice(0, at));
      const { agents } = systemViews.agents(state, {});
      t.notThrows(() => VIEWS.agents.response.parse({ sequence: 0, agents }), `${name} at ${at}`);
      VIEWS.projects.response.parse(systemViews.projects(state, {}));
      for (const { agentId } of agents) {
        VIEWS.agent.response.parse(systemViews.agent(state, { agentId }));
      }
      VIEWS.user.response.parse(systemViews.user(state, { channel: 'terminal', userId: 'ann' }));
    }
  }
});

test('no view shows the text of a message', async (t) => {
  const messages = await readHistory('worked-example');
  for (let at = 0; at <= messages.length; at += 1) {
    const shown = JSON.stringify(systemViews.agents(foldHistory(messages.slice(0, at)), {}));
    t.false(shown.includes('hello again') || shown.includes('Who are you?'));
  }
});
