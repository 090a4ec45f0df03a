import { Writable } from 'node:stream';
import test from 'ava';
import { pino } from 'pino';
import { foldMessage } from '../../core/domain/fold-message.ts';
import { initialSystem } from '../../core/domain/system-state.ts';
import { traceIdOf } from '../../schemas/trace-context.ts';
import { TurnStories } from '../../spawner/turn-stories.ts';
import { readHistory } from '../support/recorded-history.ts';

/** The lines that a history comes to. */
async function told(name: string, owns = true) {
  const lines: Record<string, unknown>[] = [];
  const out = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  const state = initialSystem();
  const logger = pino({ base: null, timestamp: false }, out);
  const stories = new TurnStories({ logger, state: () => state, owns: () => owns });
  for (const message of await readHistory(name)) {
    if (message.subject.startsWith('schedules.')) continue;
    stories.hear(foldMessage(state, message));
  }
  return lines;
}

test('each turn has one line that tells how it went, and by which its events and its trace are found', async (t) => {
  const lines = await told('worked-example');
  t.is(lines.length, 4);
  t.deepEqual(lines[0], {
    level: 30,
    agentId: 'agent-00000000000a',
    kind: 'demo',
    turnId: 'turn-4461d2aa3483',
    outcome: 'ended',
    answers: 1,
    questions: 0,
    correlationId: 'msg-44c5f698-da37-47cc-a6d3-24f08d724ea9',
    traceId: traceIdOf('msg-44c5f698-da37-47cc-a6d3-24f08d724ea9'),
    messages: 1,
    calls: 1,
    waitMs: 77,
    firstWordMs: 700,
    ms: 624,
    msg: 'turn over',
  });
});

test('a turn that fails says its code, and of turns of others nothing is said', async (t) => {
  const lines = await told('nudge-and-failure');
  t.true(lines.some(({ outcome, code }) => outcome === 'failed' && code === 'ORC_NO_ANSWER'));
  t.deepEqual(await told('nudge-and-failure', false), []);
});
