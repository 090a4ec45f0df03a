import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { frameOf } from '../../../projections/http/follow/feed-chunk.ts';
import {
  type EventStreamOptions,
  sendEventStream,
} from '../../../projections/http/send-event-stream.ts';
import { systemOfFile } from '../../support/system-of-file.ts';
import { ApiClient } from './support/api-client.ts';
import { eventsOf, followed } from './support/event-source.ts';

const sharedSystem = systemOfFile();

const WAIT = { prefer: 'wait=60' };

const ROUTES = ['listEvents', 'getLogs', 'followConversation'] as const;

test('a follow of events, logs and a conversation goes on exactly behind Last-Event-ID', async (t) => {
  const api = await ApiClient.of(await sharedSystem());
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: created.agentId };
  const say = (text: string) => api.ask('sendMessage', { params, body: { text }, headers: WAIT });
  await say('one');
  await say('two');
  for (const name of ROUTES) {
    const query: Record<string, string> = name === 'listEvents' ? { agent: created.agentId } : {};
    const isLast = (_data: unknown, count: number) => count === 6;
    const whole = await followed(api, name, { params, query, isLast });
    const ids = whole.map(({ id }) => Number(id));
    t.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
    t.is(new Set(ids).size, 6, name);
    for (const at of [0, 2, 4]) {
      const isEnd = (_data: unknown, count: number) => count === 5 - at;
      const lastEventId = whole[at]?.id ?? '';
      const rest = await followed(api, name, { params, query, lastEventId, isLast: isEnd });
      t.deepEqual(rest, whole.slice(at + 1), `${name} behind ${lastEventId}`);
    }
  }
});

test('what comes while one follows is there at once', async (t) => {
  const api = await ApiClient.of(await sharedSystem());
  const { body: created } = await api.ask('createAgent', { body: { kind: 'demo' }, headers: WAIT });
  const params = { agent: created.agentId };
  const query = { agent: created.agentId, type: 'response.', from: created.sequence };
  const response = await api.fetch('listEvents', {
    query,
    headers: { accept: 'text/event-stream' },
  });
  t.is(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  await api.ask('sendMessage', { params, body: { text: 'live' } });
  for await (const { data } of eventsOf(response)) {
    t.like(data, { type: 'response.answer', data: { text: '[1] You said: live' } });
    break;
  }
});

/** A server that answers everything with these events. */
async function serving(
  t: ExecutionContext,
  frames: () => AsyncIterable<Uint8Array>,
  options: EventStreamOptions,
): Promise<number> {
  const server = createServer((_request, response) => {
    void sendEventStream(response, frames(), options);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('a reader that takes nothing holds its events back, is told why, and is cut off', async (t) => {
  let taken = 0;
  const stopped = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        taken += 1;
        yield Buffer.from(frameOf({ id: taken, data: JSON.stringify('x'.repeat(100_000)) }));
      }
    } finally {
      stopped.resolve();
    }
  }
  const port = await serving(t, endless, { stallMs: 300 });
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await stopped.promise;
  // What the kernel takes for both ends, and no more.
  t.true(taken < 1_000, `${taken} were taken`);

  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text = (text + chunk).slice(-2_000);
  });
  socket.resume();
  await closed;
  t.regex(text, /event: problem\ndata: \{.*"code":"ORC_SLOW_READER","cure":".*Last-Event-ID/);
});

test('while nothing comes a comment says that the connection lives', async (t) => {
  async function* silent(): AsyncGenerator<Uint8Array> {
    await new Promise(() => undefined);
    yield Buffer.from(frameOf({ id: 1, data: '""' }));
  }
  const port = await serving(t, silent, { heartbeatMs: 20 });
  const { body } = await fetch(`http://127.0.0.1:${port}`);
  let text = '';
  for await (const chunk of body ?? []) {
    text += Buffer.from(chunk).toString();
    if (text.split(': heartbeat\n\n').length > 3) break;
  }
  t.true(text.startsWith('retry: 1000\n\n: heartbeat\n\n'));
});
