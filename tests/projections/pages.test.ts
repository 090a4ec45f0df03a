import test, { type ExecutionContext } from 'ava';
import { allAgents, LIVING } from '../../core/conversation/all-agents.ts';
import type { Views } from '../../core/conversation/views.ts';
import { systemViews } from '../../core/views/system-views.ts';
import { MAX_PAGE } from '../../schemas/limits.ts';
import type { ViewResponse } from '../../schemas/views.ts';
import { OWNER, READY, sent, turnStarted } from '../support/agent-events.ts';
import { evolved } from '../support/decider.ts';
import { manyAgents, nthAgent } from '../support/many-agents.ts';
import type { TestNatsOptions } from '../support/nats.ts';
import { startViews } from './serve.ts';

const MANY = 30_000;
const LIVES_EACH = 1_000;
const WITHIN = { timeoutMs: 10_000 };

const ids = (agents: readonly { agentId: string }[]) => agents.map(({ agentId }) => agentId);

const theFirst = (count: number) =>
  Array.from({ length: count }, (_, index) => nthAgent(index + 1));

/** Real views over a folded state of so many agents. */
async function startMany(t: ExecutionContext, count: number, options: TestNatsOptions = {}) {
  const served = await startViews(t, options);
  served.follower.state = manyAgents(count, LIVES_EACH);
  return served;
}

// Issue 12, section 1: with so many agents ever made every caller met ORC_TOO_LARGE.
test('thirty thousand agents come in pages, each once and in order, each page less than a message', async (t) => {
  const { views, nats } = await startMany(t, MANY);
  const sizes: number[] = [];
  let after: string | undefined;
  const found: string[] = [];
  do {
    const { nc } = nats.connection;
    const reply = await nc.request('views.agents', JSON.stringify({ after }), { timeout: 10_000 });
    sizes.push(reply.data.length);
    const { agents, next } = reply.json<ViewResponse<'agents'>>();
    found.push(...ids(agents));
    after = next;
  } while (after !== undefined);
  t.deepEqual(found, theFirst(MANY));
  t.is(sizes.length, MANY / MAX_PAGE);
  t.true(Math.max(...sizes) < 500_000, `${Math.max(...sizes)} bytes`);
  t.deepEqual(ids(await allAgents(views, {}, WITHIN)), theFirst(MANY));
});

test('those that live are found among thirty thousand by their phase', async (t) => {
  const { views } = await startMany(t, MANY);
  const living = await allAgents(views, { phases: LIVING }, WITHIN);
  t.deepEqual(
    ids(living),
    Array.from({ length: MANY / LIVES_EACH }, (_, index) => nthAgent((index + 1) * LIVES_EACH)),
  );
});

test('a broker that takes small messages gets smaller pages', async (t) => {
  const { views } = await startMany(t, 200, { maxPayload: 4_096 });
  const { agents, next } = await views.request('agents', {});
  t.true(agents.length > 1 && agents.length < 30, `${agents.length} agents`);
  t.is(next, agents.at(-1)?.agentId);
  t.deepEqual(ids(await allAgents(views, {}, WITHIN)), theFirst(200));
});

test('no page is longer than it may be, and the last one names none behind it', async (t) => {
  const { views } = await startMany(t, 30);
  const first = await views.request('agents', { limit: 10 });
  t.deepEqual(ids(first.agents), theFirst(10));
  const rest = await views.request('agents', { after: nthAgent(10), limit: 20 });
  t.deepEqual(ids(rest.agents), theFirst(30).slice(10));
  t.is(rest.next, undefined);
  for (const limit of [0, MAX_PAGE + 1, 1.5]) {
    await t.throwsAsync(views.request('agents', { limit }), { code: 'ORC_BAD_INPUT' });
  }
});

test('where the last one of a page leaves the state, the pages begin anew and nobody is twice', async (t) => {
  const state = manyAgents(3 * MAX_PAGE, LIVES_EACH);
  let pages = 0;
  const leaving = {
    request: async (_name: string, request: { after?: string }) => {
      pages += 1;
      if (pages === 2) state.agents.delete(request.after ?? '');
      return systemViews.agents(state, request);
    },
    // The only view that is asked for here.
  } as Views;
  const found = ids(await allAgents(leaving, {}, WITHIN));
  t.deepEqual(found, theFirst(3 * MAX_PAGE));
  t.is(pages, 4);
});

test('agents are found by owner, by who they were assigned to, by kind and by name', async (t) => {
  const state = manyAgents(3, 2);
  const [one = '', two = '', three = ''] = theFirst(3);
  const ben = { channel: 'telegram', userId: 'ben' };
  const second = state.agents.get(two);
  if (second === undefined || second.phase === 'unknown') return t.fail();
  state.agents.set(two, { ...second, owner: ben, kind: 'demo', name: 'Zed' });
  state.users.set('telegram/ben', { agentId: null, agents: [three, two] });
  const found = (request: Parameters<typeof systemViews.agents>[1]) =>
    ids(systemViews.agents(state, request).agents);
  t.deepEqual(found({ owner: OWNER }), [one, three]);
  t.deepEqual(found({ owner: ben }), [two]);
  t.deepEqual(found({ assignedTo: ben }), [two, three]);
  t.deepEqual(found({ assignedTo: { ...ben, userId: 'eve' } }), []);
  t.deepEqual(found({ kind: 'demo' }), [two]);
  t.deepEqual(found({ name: 'zed' }), [two]);
  t.deepEqual(found({ phases: ['ended'], owner: OWNER, kind: 'line' }), [one, three]);
  t.deepEqual(found({ phases: [] }), []);
});

test('an agent with a long turn and a long end is shown by parts of them', (t) => {
  const messages = Array.from({ length: 5_000 }, (_, index) => `message-${index}`);
  const working = evolved([...READY, sent('m-1'), turnStarted('m-1')]);
  if (working.phase !== 'ready' || working.turn === null) return t.fail();
  const state = manyAgents(1, 2);
  state.agents.set(working.agentId, { ...working, turn: { ...working.turn, messages } });
  const { agent } = systemViews.agent(state, { agentId: working.agentId });
  t.deepEqual(agent.turn?.messages, messages.slice(-100));
  const ended = state.agents.get(nthAgent(1));
  if (ended?.phase !== 'ended') return t.fail();
  state.agents.set(ended.agentId, { ...ended, end: { ...ended.end, detail: 'x'.repeat(100_000) } });
  t.is(systemViews.agent(state, { agentId: ended.agentId }).agent.end?.length, 2_000);
});

test('projects come in pages, those of one agent by its id', async (t) => {
  const { views, follower } = await startViews(t);
  for (let nth = 1; nth <= MANY; nth += 1) {
    const agentId = nthAgent(nth % 3);
    const project = { id: `p-${nth}`, name: `project ${nth}`, agentId, createdAt: 'then' };
    follower.state.projects.set(project.id, project);
  }
  const found: string[] = [];
  let after: string | undefined;
  do {
    const { projects, next } = await views.request('projects', { agentId: nthAgent(1), after });
    found.push(...projects.map(({ id }) => id));
    after = next;
  } while (after !== undefined);
  t.deepEqual(
    found,
    Array.from({ length: MANY / 3 }, (_, index) => `p-${1 + 3 * index}`),
  );
});
