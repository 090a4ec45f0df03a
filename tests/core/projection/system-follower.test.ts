import test from 'ava';
import fc from 'fast-check';
import { startEvents } from '../../../core/domain/agent/run/run-events.ts';
import { hashSystem } from '../../../core/domain/system-state.ts';
import { SystemFollower } from '../../../core/projection/system-follower.ts';
import { Health } from '../../../platform/service/health.ts';
import type { NewEvent } from '../../../schemas/event.ts';
import { newAgentId } from '../../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../../support/commands.ts';
import { anyMessage } from '../../support/message-arbitraries.ts';
import { startTestNats } from '../../support/nats.ts';
import { rawPublisher } from '../../support/raw-publisher.ts';
import { AGENT, collect, idOf, said } from '../log/events.ts';
import { quiet, startFollower } from './folded-log.ts';

test('it has folded everything that was stored when it was started, and goes on live', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  await sendMessage(log, AGENT, 'm-1', 'hello');
  const { follower } = await startFollower(t, log);
  t.like(follower.state.agents.get(AGENT), { phase: 'requested' });
  t.is(follower.state.agents.get(AGENT)?.queue.length, 1);

  await sendMessage(log, AGENT, 'm-2', 'hello');
  await follower.folded(3);
  t.is(follower.state.agents.get(AGENT)?.queue.length, 2);
  t.is(follower.sequence, 3);
});

test('an empty log is folded at once', async (t) => {
  const { log } = await startTestNats(t);
  const { follower } = await startFollower(t, log);
  t.is(follower.sequence, 0);
  t.is(follower.state.agents.size, 0);
});

test('who waits for a sequence is told right when it is folded, or when its own signal aborts', async (t) => {
  const { log } = await startTestNats(t);
  const { follower } = await startFollower(t, log);
  const early = follower.folded(1);
  const abort = new AbortController();
  const never = follower.folded(100, abort.signal);
  await createAgent(log, AGENT, 'cat');
  await early;
  t.is(follower.sequence, 1);
  abort.abort();
  await t.throwsAsync(never, { name: 'AbortError' });
  await t.throwsAsync(follower.folded(100, abort.signal), { name: 'AbortError' });
  await t.notThrowsAsync(follower.folded(1, abort.signal), 'what is folded is folded');
});

test('a listener hears each message right after it was folded, in order; replayed ones too when it was there before', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const follower = new SystemFollower({ log, logger: quiet });
  const heard: [number, number][] = [];
  const queued = () => follower.state.agents.get(AGENT)?.queue.length ?? 0;
  const end = follower.subscribe(({ sequence }) => heard.push([sequence, queued()]));
  await follower.start(abort.signal);
  await sendMessage(log, AGENT, 'm-1', 'hello');
  await sendMessage(log, AGENT, 'm-2', 'hello');
  await follower.folded(3);
  end();
  await sendMessage(log, AGENT, 'm-3', 'hello');
  await follower.folded(4);
  t.deepEqual(heard, [
    [1, 0],
    [2, 1],
    [3, 2],
  ]);
});

test('a listener that throws stops neither the fold nor the other listeners', async (t) => {
  const { log } = await startTestNats(t);
  const { follower } = await startFollower(t, log);
  let heard = 0;
  follower.subscribe(() => {
    throw new Error('a mistake');
  });
  follower.subscribe(() => {
    heard += 1;
  });
  await createAgent(log, AGENT, 'cat');
  await sendMessage(log, AGENT, 'm-1', 'hello');
  await follower.folded(2);
  t.is(heard, 2);
});

test('what does not parse is counted, put on the dead letters and never stops the fold', async (t) => {
  const { log, connection } = await startTestNats(t);
  const { follower } = await startFollower(t, log);
  await connection.nc.request(`agents.${AGENT}.command.send`, new Uint8Array([0xff, 0x00]));
  await connection.nc.request('users.terminal.me.agent-assigned', 'not json');
  const sung = { ...command(AGENT, 'command.stop', { reason: 'x' }), type: 'command.sing' };
  await log.append(sung as NewEvent);
  await createAgent(log, AGENT, 'cat');
  await follower.folded(4);

  t.deepEqual(follower.skipped, { invalid: 2, unknown: 1, refused: 0 });
  t.is(follower.state.agents.get(AGENT)?.phase, 'requested');
  const letters = [];
  for await (const { messages } of log.follow({ stream: 'EVENTS_DLQ', from: { sequence: 1 } })) {
    letters.push(...messages.map((letter) => letter.header('orc-sequence')));
    if (letters.length === 2) break;
  }
  t.deepEqual(letters, ['1', '2'], 'an unknown type is of a newer version, and none of them');
});

test('what an agent says after its end is a dead letter with the reason, and health tells of it', async (t) => {
  const { log } = await startTestNats(t);
  const health = new Health();
  const { follower } = await startFollower(t, log, { health });
  await createAgent(log, AGENT, 'cat');
  await log.append({
    id: 'process.start-failed:run-1',
    type: 'process.start-failed',
    source: 'orchestrator/test',
    time: new Date().toISOString(),
    subject: `agents.${AGENT}.process.start-failed`,
    data: { runId: 'run-1', reason: 'no bash' },
  });
  await log.append(said('late'));
  await follower.folded(3);
  const counts = { messages: 0, answers: 0, turns: 0, failed: 0 };
  t.like(follower.state.agents.get(AGENT), { phase: 'ended', counts });
  t.deepEqual(follower.skipped, { invalid: 0, unknown: 0, refused: 1 });

  const reason = `${AGENT} had ended before it said this`;
  for await (const { messages } of log.follow({ stream: 'EVENTS_DLQ', from: { sequence: 1 } })) {
    if (messages.length === 0) continue;
    t.is(messages[0]?.header('orc-reason'), reason);
    break;
  }
  const check = health.checks().find(({ name }) => name === 'events');
  t.true(check?.detail.startsWith(`1 left out since the start, the last at 3: ${reason}`));
});

test('no time that an agent states for a waiting question ends the fold', async (t) => {
  const { log } = await startTestNats(t);
  const { follower } = await startFollower(t, log);
  await createAgent(log, AGENT, 'cat');
  await follower.folded(1);
  const requested = follower.state.agents.get(AGENT);
  if (requested?.phase !== 'requested') return t.fail();
  const context = { now: new Date(), node: 'node-test' };
  await log.append(startEvents(requested, { runtime: 'local' }, context));
  const subject = `agents.${AGENT}.response.question`;
  const times = ['garbage', '', '0', '+275760-09-13T00:00:00.001Z', 'Infinity'];
  for (const [index, time] of times.entries()) {
    await log.append({
      id: idOf(`question-${index}`),
      type: 'response.question',
      source: 'orchestrator/spawner',
      time,
      subject,
      data: { text: 'Which?', waitMs: 3_153_600_000_000 },
    });
  }
  await log.heard(subject);
  const last = await log.last('EVENTS', subject);
  await follower.folded(last?.sequence ?? 0, AbortSignal.timeout(10_000));

  const agent = follower.state.agents.get(AGENT);
  const questions = agent && 'questions' in agent ? agent.questions : [];
  t.deepEqual(
    questions?.map(({ questionId }) => questionId),
    times.map((_, index) => idOf(`question-${index}`)),
  );
  t.is(questions?.at(-1)?.until, later(last?.time, 3_153_600_000_000));
});

const later = (time: Date | undefined, ms: number) =>
  new Date((time?.getTime() ?? 0) + ms).toISOString();

test('whatever bytes anybody publishes as headers and payload, the fold goes on', async (t) => {
  const nats = await startTestNats(t);
  const { log } = nats;
  const health = new Health();
  const { follower } = await startFollower(t, log, { health });
  const raw = await rawPublisher(t, nats);
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.log(`seed ${seed}`);
  for (const { subject, headers, payload } of fc.sample(anyMessage, { numRuns: 300, seed })) {
    const block = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    raw.publish(subject, `NATS/1.0\r\n${block}\r\n`, payload);
  }
  await raw.flush();
  await createAgent(log, newAgentId(), 'cat');
  const last = await log.lastSequence('EVENTS');
  await follower.folded(last, AbortSignal.timeout(30_000));

  t.true(follower.skipped.invalid > 0);
  const left = health.checks().find(({ name }) => name === 'events');
  t.true(left?.ok);
  t.regex(left?.detail ?? '', /^\d+ left out since the start, the last at \d+: /);
  const fresh = await startFollower(t, log);
  t.is(hashSystem(fresh.follower.state), hashSystem(follower.state));
});

test('a dead letter stream that is gone stops nothing', async (t) => {
  const { log, connection } = await startTestNats(t);
  await (await connection.jsm()).streams.delete('EVENTS_DLQ');
  const { follower } = await startFollower(t, log);
  await connection.nc.request('users.terminal.me.agent-assigned', 'not json');
  await createAgent(log, AGENT, 'cat');
  await follower.folded(2);
  t.is(follower.skipped.invalid, 1);
});

test('a timer that is set is no event of the log', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  const { follower } = await startFollower(t, log);
  const state = follower.state.agents.get(AGENT);
  if (state?.phase !== 'requested') return t.fail();
  const heard: string[] = [];
  follower.subscribe(({ subject }) => heard.push(subject));

  const result = await log.append(
    startEvents(state, { runtime: 'local' }, { now: new Date(), node: 'node-test' }),
  );

  t.true(result.ok);
  await follower.folded(2);
  t.deepEqual(heard, [`agents.${AGENT}.process.starting`]);
  t.is(await log.lastSequence('EVENTS'), 2);
  t.truthy(await log.last('TIMERS', 'schedules.>'));
  t.deepEqual(follower.skipped, { invalid: 0, unknown: 0, refused: 0 });
  t.is((await collect(log.read({ stream: 'EVENTS_DLQ', from: { sequence: 1 } }))).length, 0);
});

test('it goes on by itself after kill -9 and restart of the server', async (t) => {
  const nats = await startTestNats(t);
  await createAgent(nats.log, AGENT, 'cat');
  const { follower } = await startFollower(t, nats.log);
  await nats.kill();
  await nats.restart();
  const second = await nats.connect();
  await second.nc.request(`agents.${AGENT}.response.answer`, 'x');
  await follower.folded(2);
  t.is(follower.skipped.invalid, 1);
});

test('a start that is aborted rejects instead of waiting for a server', async (t) => {
  const { log } = await startTestNats(t);
  const abort = new AbortController();
  abort.abort();
  const follower = new SystemFollower({ log, logger: quiet });
  await t.throwsAsync(follower.start(abort.signal), { name: 'AbortError' });
});

test('a start without streams says so', async (t) => {
  const { log, connection } = await startTestNats(t);
  await (await connection.jsm()).streams.delete('EVENTS');
  const follower = new SystemFollower({ log, logger: quiet });
  await t.throwsAsync(follower.start(new AbortController().signal), { code: 'ORC_NO_STREAM' });
});

test('its end tells whether it was asked to end or lost the log', async (t) => {
  const { log, connection } = await startTestNats(t);
  const asked = await startFollower(t, log);
  await t.notThrowsAsync(asked.stop());
  const lost = await startFollower(t, log);
  const rejected = t.throwsAsync(lost.follower.ended, { code: 'ORC_NO_STREAM' });
  const jsm = await connection.jsm();
  await jsm.streams.delete('EVENTS');
  await rejected;
});

test('two followers of one log have the same hash at the same sequence', async (t) => {
  const { log } = await startTestNats(t);
  await createAgent(log, AGENT, 'cat');
  const live = await startFollower(t, log);
  await sendMessage(log, AGENT, 'm-1', 'hello');
  await log.append(said('a-1'));
  await live.follower.folded(3);
  const fresh = await startFollower(t, log);
  t.is(hashSystem(live.follower.state), hashSystem(fresh.follower.state));
});
