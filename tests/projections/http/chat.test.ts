import { on, once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { WebSocket } from 'ws';
import { untilStored } from '../../../core/log/until-stored.ts';
import { type ChatFrame, chatFrame } from '../../../schemas/http/chat-frames.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { newEvent } from '../../../schemas/new-event.ts';
import { history, ofType } from '../../support/history.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import { ownPort } from '../../support/own-port.ts';
import { servingApi, stateRunning } from './support/serving-api.ts';

/** A client that has what the server sends, held to its schema. */
class ChatClient {
  readonly socket: WebSocket;
  readonly #frames: AsyncIterator<unknown[]>;

  constructor(t: ExecutionContext, url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url.replace('http', 'ws'), { headers });
    this.#frames = on(this.socket, 'message', { close: ['close'] })[Symbol.asyncIterator]();
    t.teardown(() => this.socket.terminate());
  }

  async next(): Promise<ChatFrame | undefined> {
    const { value } = await this.#frames.next();
    return value === undefined ? undefined : chatFrame.parse(JSON.parse(String(value[0])));
  }

  /** Frames up to the first of a type, that one included. */
  async upTo(type: ChatFrame['type']): Promise<ChatFrame[]> {
    const frames: ChatFrame[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame === undefined) throw new Error(`closed before ${type}: ${JSON.stringify(frames)}`);
      frames.push(frame);
      if (frame.type === type) return frames;
    }
  }

  send(frame: unknown): void {
    this.socket.send(JSON.stringify(frame));
  }
}

/** The status and the body with which a WebSocket is refused. */
async function refused(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers });
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) };
}

/** What the spawner and the agent state of a message. */
async function answered({ log }: TestNats, agentId: string, commandId: string, text: string) {
  const turnId = `turn-of-${commandId}`;
  const meta = (name: string) => ({
    id: `${agentId}_${name}-${commandId}`,
    source: 'orchestrator/test',
    now: new Date(),
    correlationId: commandId,
  });
  const deadlineAt = new Date(Date.now() + 60_000).toISOString();
  const started = { turnId, commandId, deadlineAt };
  for (const event of [
    newEvent('turn.started', { agentId }, started, meta('started')),
    newEvent('response.answer', { agentId }, { text }, meta('answer')),
    newEvent('turn.ended', { agentId }, { turnId, answers: 1, questions: 0 }, meta('ended')),
  ]) {
    // NATS may have been killed just before.
    await untilStored(() => log.append(event), { signal: AbortSignal.timeout(30_000) });
    // An agent's word comes into the log a moment after it was taken.
    await log.heard(event.subject);
  }
}

test('a talk goes both ways, and goes on behind a sequence over a kill of NATS and of the service', async (t) => {
  const nats = await startTestNats(t);
  const port = ownPort(t);
  const first = await servingApi(t, nats, { port });
  const agentId = newAgentId();
  await stateRunning(nats, agentId);
  const address = `${first.url}/agents/${agentId}/chat`;
  const ada = new ChatClient(t, address);
  t.like(await ada.next(), { type: 'open', agentId });

  const message = { type: 'message', id: 'm1', text: 'hello' };
  ada.send(message);
  ada.send(message);
  const [stored, again] = [await ada.next(), await ada.next()];
  t.deepEqual(stored, again);
  t.like(stored, { type: 'stored', id: 'm1', commandId: 'http-m1' });
  await answered(nats, agentId, 'http-m1', 'hello to you');
  const turn = await ada.upTo('turn-ended');
  t.deepEqual(
    turn.map(({ type }) => type),
    ['turn-started', 'answer', 'turn-ended'],
  );
  t.like(turn[1], { text: 'hello to you', serves: { 0: { commandId: 'http-m1' } } });
  ada.send({ type: 'answer', questionId: 'q1', text: 'blue' });
  ada.send({ type: 'interrupt' });
  t.like([await ada.next(), await ada.next()], [{ type: 'stored' }, { type: 'stored' }]);
  const events = await history(nats.log, `agents.${agentId}.command.*`);
  t.deepEqual(
    ofType(events, 'command.send').map(({ data }) => [data.text, data.answers]),
    [
      ['hello', undefined],
      ['blue', 'q1'],
    ],
  );
  t.is(ofType(events, 'command.interrupt').length, 1);

  // Its client is cut off by the end of the service, while NATS is killed.
  const closed = once(ada.socket, 'close');
  await nats.kill();
  await first.stop();
  t.is((await closed)[0], 1001);
  await nats.restart();
  await answered(nats, agentId, 'http-m2', 'said meanwhile');
  await servingApi(t, nats, { port });
  const last = turn.at(1);
  const after = last !== undefined && 'sequence' in last ? last.sequence : 0;
  const back = new ChatClient(t, `${address}?after=${after}`);
  const rest = [...(await back.upTo('turn-ended')), ...(await back.upTo('turn-ended'))];
  t.deepEqual(
    rest.map(({ type }) => type),
    ['open', 'turn-ended', 'turn-started', 'answer', 'turn-ended'],
    'none is missed, none comes twice',
  );
  t.deepEqual(rest[1], turn[2]);
});

test('a broken frame gets one that says what is wrong with it, and the talk goes on', async (t) => {
  const nats = await startTestNats(t);
  const { url } = await servingApi(t, nats);
  const agentId = newAgentId();
  await stateRunning(nats, agentId);
  const client = new ChatClient(t, `${url}/agents/${agentId}/chat`);
  await client.upTo('open');
  const broken: [string | Buffer, RegExp][] = [
    ['{"type":', /^frame: no JSON$/],
    ['[]', /^frame: /],
    ['{"type":"dance"}', /^type: /],
    ['{"type":"message","id":"x","text":""}', /^text: /],
    ['{"type":"message","id":"x","text":"y","txet":"z"}', /txet/],
    [Buffer.from('{"type":"interrupt"}'), /text/],
  ];
  for (const [frame, detail] of broken) {
    client.socket.send(frame);
    const answer = await client.next();
    t.like(answer, { type: 'error', problem: { code: 'ORC_BAD_INPUT', status: 400 } });
    t.regex(answer?.type === 'error' ? answer.problem.detail : '', detail);
  }
  client.send({ type: 'message', id: 'x', text: 'whole' });
  t.like(await client.next(), { type: 'stored', id: 'x' });
  client.send({ type: 'message', id: 'x', text: 'another' });
  t.like(await client.next(), { type: 'error', id: 'x', problem: { code: 'ORC_CONFLICT' } });

  const chat = `${url}/agents/${agentId}/chat`;
  t.like(await refused(chat, { host: 'evil.example' }), { body: { code: 'ORC_FOREIGN_HOST' } });
  t.like(await refused(chat, { origin: 'http://evil.example' }), { status: 403 });
  t.like(await refused(`${url}/agents/${newAgentId()}/chat`), { status: 404 });
  t.like(await refused(`${chat}?after=x`), { status: 400, body: { code: 'ORC_BAD_INPUT' } });
  t.is((await fetch(chat)).status, 400);
});

test('a chat wants a token as every other address does, of the scope chat', async (t) => {
  const nats = await startTestNats(t);
  const token = 'all-of-it';
  const { url } = await servingApi(t, nats, { token });
  const agentId = newAgentId();
  await stateRunning(nats, agentId);
  const chat = `${url}/agents/${agentId}/chat`;
  t.like(await refused(chat), { status: 401, body: { code: 'ORC_CREDS' } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'r', scope: 'read' });
  const made = await fetch(`${url}/tokens`, { method: 'POST', headers, body });
  const { token: reading } = Object(await made.json());
  const byReader = await refused(chat, { authorization: `Bearer ${reading}` });
  t.like(byReader, { status: 403, body: { code: 'ORC_NOT_PERMITTED' } });
  const client = new ChatClient(t, chat, { authorization: `Bearer ${token}` });
  t.like(await client.next(), { type: 'open' });
});
