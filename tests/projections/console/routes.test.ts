import test from 'ava';
import { hashSystem } from '../../../core/domain/system-state.ts';
import { StateHistory } from '../../../core/projection/state-history.ts';
import { history, ofType } from '../../support/history.ts';
import { ApiClient } from '../http/support/api-client.ts';
import { type ConsoleServer, startConsoleServer } from './support/console-server.ts';
import { ToldLog } from './support/told-log.ts';

const AGENT = 'agent-0123456789ab';

const leavings: (() => unknown)[] = [];
let server: ConsoleServer;
let told: ToldLog;
let api: ApiClient;

test.before(async (t) => {
  server = await startConsoleServer({ title: t.title, teardown: (undo) => leavings.push(undo) });
  told = new ToldLog(server.log);
  api = new ApiClient(server.url);
});

test.after.always(async () => {
  for (const undo of leavings.reverse()) await undo();
});

test('the state as of each event is what was folded then, in whatever order it is asked for', async (t) => {
  await told.agent(AGENT, 'mender');
  await told.turn(AGENT, 'm-1', 'hello');
  const phases = async (at: number) =>
    (await api.ask('getState', { query: { at } })).body.agents.map(
      ({ phase, turn }) => turn?.turnId ?? phase,
    );
  const last = await server.log.lastSequence('EVENTS');
  t.deepEqual(await phases(last), ['turn-m-1']);
  t.deepEqual(await phases(1), ['requested']);
  t.deepEqual(await phases(3), ['ready']);
  t.deepEqual(await phases(2), ['starting']);
  const { body } = await api.ask('getState', { query: { at: 2 } });
  t.like(body, { at: 2, last, event: { type: 'process.starting' }, counts: { agents: 1 } });
  t.is((await api.ask('getState')).body.at, last);

  const states = new StateHistory(server.log, { keepMs: 10 });
  const { signal } = new AbortController();
  const hashes = await Promise.all(
    [last, 2, last].map(async (at) => hashSystem(await states.at(at, signal))),
  );
  t.is(hashes[0], hashes[2]);
  await server.follower.folded(last, signal);
  t.is(hashes[0], hashSystem(server.follower.state));
});

test('a message, its answer and its delivery lead to the same waterfall, and nothing else does', async (t) => {
  const message = await told.turn(AGENT, 'm-2', 'And you?');
  await told.says('response.answer', AGENT, { text: 'well' });
  const sequence = await server.log.lastSequence('EVENTS');
  await told.endTurn(AGENT, 'm-2');
  await told.delivery('d-1', { agentId: AGENT, sequence, messageId: 'm-2' }, 'failed');
  const waterfall = async (at: number) =>
    (await api.ask('getWaterfall', { params: { sequence: String(at) } })).body;
  const whole = await waterfall(message);
  t.like(whole, { messageId: 'm-2', outcome: 'answered', turnId: 'turn-m-2' });
  t.like(whole.spans.at(-2), { name: 'to telegram', state: 'failed' });
  t.deepEqual(await waterfall(sequence), whole);
  t.deepEqual(await waterfall(sequence + 2), whole);
  for (const at of ['1', '999999']) {
    const problem = await api.problem('getWaterfall', { params: { sequence: at } });
    t.is(problem.code, 'ORC_EVENT_NOT_FOUND');
  }
});

test('a delivery that failed is sent again once, and what is certain is not', async (t) => {
  const params = { channel: 'telegram', delivery: 'd-1' };
  const owed = async () =>
    (await api.ask('listDeliveries', { query: { owed: 'true' } })).body.deliveries.map(
      ({ id }) => id,
    );
  t.deepEqual(await owed(), ['d-1']);
  const first = await api.ask('sendAgain', { params });
  t.deepEqual((await api.ask('sendAgain', { params })).body, first.body);
  t.deepEqual(await owed(), []);
  const requested = ofType(await history(server.log, 'deliveries.>'), 'delivery.requested');
  t.is(requested.filter(({ data }) => data.insteadOf === 'd-1').length, 1);
  const again = { channel: 'telegram', delivery: first.body.deliveryId };
  t.like(await api.problem('sendAgain', { params: again }), { code: 'ORC_DELIVERY_SETTLED' });
  t.is((await api.ask('stateArrived', { params: again })).body.deliveryId, again.delivery);
  const { deliveries } = (await api.ask('listDeliveries')).body;
  t.like(deliveries[0], { id: again.delivery, state: 'confirmed', arrived: true });
  t.like(deliveries[1], { id: 'd-1', state: 'failed', again: again.delivery });
  const nobody = { channel: 'telegram', delivery: 'none' };
  t.like(await api.problem('stateArrived', { params: nobody }), { code: 'ORC_DELIVERY_NOT_FOUND' });
});

test('what happened is counted by stretches of time', async (t) => {
  const { at, turns, answers, deliveries, failures } = (
    await api.ask('getActivity', { query: { last: '10m', stretch: '1m' } })
  ).body;
  const sum = (counts: readonly number[]) => counts.reduce((all, each) => all + each, 0);
  t.deepEqual([turns, answers, deliveries, failures].map(sum), [2, 1, 0, 1]);
  t.true(at.length >= 10 && at.length <= 12);
  t.is((at[1] ?? 0) - (at[0] ?? 0), 60);
  const much = await api.problem('getActivity', { query: { last: '24h', stretch: '1s' } });
  t.is(much.code, 'ORC_BAD_INPUT');
});

test('the files of the console are sent compressed to whom takes them so, and as they are to others', async (t) => {
  const sizes: number[] = [];
  for (const path of ['/', '/console/console.js', '/console/console.css']) {
    const packed = await fetch(`${server.url}${path}`);
    t.is(packed.headers.get('content-encoding'), 'gzip', path);
    sizes.push(Number(packed.headers.get('content-length')));
    const plain = await fetch(`${server.url}${path}`, {
      headers: { 'accept-encoding': 'identity' },
    });
    t.is(plain.headers.get('content-encoding'), null);
    t.is(await plain.text(), await packed.text());
  }
  const sent = sizes.reduce((all, each) => all + each, 0);
  t.log(`${sent} bytes are sent for the page`);
  t.true(sent > 1_000 && sent < 60_000, `${sent} bytes`);
  t.is((await fetch(`${server.url}/console/secret.js`)).status, 400);
});
