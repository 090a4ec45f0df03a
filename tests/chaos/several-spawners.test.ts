import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import type { EventLog } from '../../core/log/event-log.ts';
import { newAgentId } from '../../schemas/ids.ts';
import { createAgent, sendMessage } from '../support/commands.ts';
import { history, logLines, ofType, untilEvent, untilLogLine } from '../support/history.ts';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { type SpawnerNode, startSpawners } from '../support/spawner-process.ts';

/** `npm run chaos` does many; each `npm test` a few. */
const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);
const FIRST_AGENTS = 4;

/** Each message becomes three log lines, one tool call and one answer. */
const AGENT = `n=0; while IFS= read -r m; do
  echo "$m" >> received
  for _ in 1 2 3; do n=$((n+1)); echo "line $n"; sleep 0.05; done
  orchestrator project create --name "$m" --timeout 90s > /dev/null && orchestrator answer "$m" --timeout 90s
done`;

const over = (log: EventLog, commandId: string) =>
  untilEvent(
    log,
    (event) =>
      (event.type === 'turn.ended' || event.type === 'turn.failed') &&
      event.correlationId === commandId,
    AbortSignal.timeout(120_000),
  );

type Next = (limit: number) => number;

/** What a spawner may go through; each leaves it running. */
const FATES: Record<string, (spawner: SpawnerNode, next: Next) => Promise<void>> = {
  async 'killed and started at once'(spawner) {
    await spawner.kill();
    await spawner.start();
  },
  async 'killed and away'(spawner, next) {
    await spawner.kill();
    await delay(next(6_000));
    await spawner.start();
  },
  async paused(spawner, next) {
    spawner.signal('SIGSTOP');
    await delay(next(6_000));
    spawner.signal('SIGCONT');
  },
  async 'paused and killed'(spawner, next) {
    spawner.signal('SIGSTOP');
    await delay(next(4_000));
    await spawner.kill();
    await spawner.start();
  },
  async 'stopped and started'(spawner) {
    await spawner.stop();
    await spawner.start();
  },
};

test('spawners that are killed, paused and stopped at random lose and repeat nothing', async (t) => {
  t.timeout(120_000 + ROUNDS * 60_000);
  const { next, seed } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const spawners = await startSpawners(t);
  const { log } = spawners;
  const [here, there] = [spawners.place(), spawners.place()];
  const nodes = await Promise.all([
    spawners.spawner('a', here),
    spawners.spawner('b', here),
    spawners.spawner('c', here),
    spawners.spawner('d', there),
  ]);
  const sent = new Map<string, string[]>();
  const create = async () => {
    const agent = newAgentId();
    sent.set(agent, []);
    await createAgent(log, agent, AGENT, { turnDeadlineMs: 600_000 });
  };
  for (let count = 0; count < FIRST_AGENTS; count += 1) await create();

  for (let round = 1; round <= ROUNDS; round += 1) {
    const fates = Array.from({ length: 1 + next(2) }, () => {
      const at = next(1_500);
      return { at, node: nodes.splice(next(nodes.length), 1)[0], fate: next(5) };
    });
    const happening = fates.map(async ({ at, node, fate }) => {
      await delay(at);
      const name = Object.keys(FATES)[fate] ?? '';
      t.log(`round ${round}: ${node?.node} is ${name} after ${at} ms`);
      if (node !== undefined) await FATES[name]?.(node, next);
    });
    await create();
    for (const [agent, messages] of sent) {
      const text = `${agent}-${round}`;
      messages.push(text);
      await sendMessage(log, agent, text, text);
    }
    await Promise.all(happening);
    for (const { node } of fates) if (node !== undefined) nodes.push(node);
    for (const messages of sent.values()) await over(log, messages.at(-1) ?? '');
  }

  const events = await history(log);
  const messages = [...sent.values()].flat();
  let takeovers = 0;
  for (const [agent, texts] of sent) {
    const own = events.filter(({ subject }) => subject.includes(agent));
    const epochs = ofType(own, 'process.starting').map(({ data }) => data.epoch);
    takeovers += epochs.length - 1;
    t.deepEqual(
      epochs,
      epochs.map((_, index) => index + 1),
      'each owner has an epoch of its own',
    );
    t.is(ofType(own, 'process.ready').length, 1, 'it was started once');
    const received = await Promise.all(
      [here, there].map((dataDir) =>
        nodes.find((node) => node.dataDir === dataDir)?.lines(agent, 'received'),
      ),
    );
    t.deepEqual(received.flat(), texts, 'each message reached its stdin once, in order');
    const count = texts.length;
    t.deepEqual(
      ofType(own, 'process.delivered').map(({ data }) => data.commandId),
      texts,
    );
    t.deepEqual(
      ofType(own, 'response.answer').map(({ data }) => data.text),
      texts,
    );
    t.deepEqual(
      ofType(own, 'turn.ended').map((event) => event.correlationId),
      texts,
    );
    t.is(ofType(own, 'turn.failed').length, 0);
    t.is(ofType(own, 'tool.project.create').length, count);
    t.is(ofType(own, 'result').length, count, 'each call has one result');
    // What it printed is collected beside the turn, and may come after its end.
    await untilLogLine(log, agent, `line ${count * 3}`);
    t.deepEqual(
      await logLines(log, agent),
      Array.from({ length: count * 3 }, (_, index) => `line ${index + 1}`),
      'its log has no gap and no repeat',
    );
  }
  t.deepEqual(
    ofType(events, 'project.created')
      .map(({ data }) => data.name)
      .sort(),
    messages.toSorted(),
    'each call was done once',
  );
  await assertJudged(t, log, 'several-spawners');
  t.log(`${sent.size} agents, ${messages.length} messages, ${takeovers} takeovers`);
});
