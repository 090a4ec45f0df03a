import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { newAgentId } from '../../../schemas/ids.ts';
import { subjectOf } from '../../../schemas/subjects.ts';
import { startTestNats } from '../../support/nats.ts';
import { eventsOf } from './support/event-source.ts';
import { servingApi, stateRunning } from './support/serving-api.ts';

/** More than the buffers of both ends take, so that whoever reads nothing holds it up. */
const LINES = 8_000;
const LINE_BYTES = 2_000;
const READERS = 5;
/** A reader is told, and then has as long again before its connection is destroyed. */
const STALL_MS = 1_000;

test('of a flood a reader that stalls is cut off and goes on where it was, and no reader misses a line or has one twice', async (t) => {
  const nats = await startTestNats(t, { limits: { logLines: LINES } });
  const { url } = await servingApi(t, nats, { streams: { stallMs: STALL_MS } });
  const agentId = newAgentId();
  await stateRunning(nats, agentId);
  const path = `/agents/${agentId}/logs?follow`;
  /** As EventSource does it: who was cut off, as any of them may be on a busy machine, goes on behind the last. */
  const read = async (after: string): Promise<string[]> => {
    const ids: string[] = [];
    while ((ids.at(-1) ?? after) !== String(LINES)) {
      const headers = { 'last-event-id': ids.at(-1) ?? after };
      try {
        for await (const { id, event } of eventsOf(await fetch(`${url}${path}`, { headers }))) {
          if (event === 'message') ids.push(id);
          if (id === String(LINES)) break;
        }
      } catch {
        // Cut off without a word more.
      }
    }
    return ids;
  };
  const readers = Array.from({ length: READERS }, () => read('0'));

  const { hostname, port } = new URL(url);
  const stalled = connect(Number(port), hostname);
  t.teardown(() => stalled.destroy());
  await once(stalled, 'connect');
  const closed = once(stalled, 'close');
  const request = [`GET ${path} HTTP/1.1`, `host: ${hostname}`, 'last-event-id: 0', '', ''];
  stalled.pause();
  stalled.write(request.join('\r\n'));

  const lines = Array.from({ length: LINES }, (_, at) => ({
    position: String(at),
    bytes: Buffer.from(`${at} `.padEnd(LINE_BYTES, 'x')),
    continued: false,
  }));
  const subject = subjectOf({ family: 'log', agentId, name: 'stdout' });
  const run = { runId: 'run-1', source: 'orchestrator/test', time: new Date().toISOString() };
  const stored = await nats.log.appendLog(subject, lines, { ...run, expectedLast: 0 });
  t.like(stored, { ok: true, sequence: LINES });
  const all = lines.map((_, at) => String(at + 1));
  for (const ids of await Promise.all(readers))
    t.true(isDeepStrictEqual(ids, all), `${ids.length}`);

  // Cut off it is by a timer of this very process; who reads nothing cannot be told so. Before, it would be a slow reader.
  await delay(3 * STALL_MS);
  let text = '';
  stalled.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
  });
  stalled.resume();
  await closed;
  // The last of them may have been cut off in the middle.
  const had = [...text.matchAll(/^id: (\d+)\r?\ndata: .*\n/gm)].map(([, id = '']) => id);
  t.true(had.length > 0 && had.length < LINES, `${had.length}`);
  const whole = [...had, ...(await read(had.at(-1) ?? '0'))];
  t.true(isDeepStrictEqual(whole, all), `${whole.length}`);
});
