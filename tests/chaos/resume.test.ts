import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { newAgentId } from '../../schemas/ids.ts';
import { command, createAgent, sendMessage } from '../support/commands.ts';
import { history, ofType, untilEvent } from '../support/history.ts';
import { assertJudged } from '../support/judged-log.ts';
import { random } from '../support/random.ts';
import { startSpawners } from '../support/spawner-process.ts';

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);

/** Notes each of its runs, and answers with their number. */
const COUNTER =
  'echo run >>runs; while IFS= read -r m; do orchestrator answer "$(grep -c . runs)"; done';

test('a spawner that is killed while agents go on begins each run once, and loses no message', async (t) => {
  t.timeout(60_000 + ROUNDS * 60_000);
  const { seed, next } = random();
  t.log(`seed ${seed}, ${ROUNDS} rounds`);
  const spawners = await startSpawners(t);
  const { log } = spawners;
  const dataDir = spawners.place();
  const spawner = await spawners.spawner('one', dataDir);
  const agent = newAgentId();
  await createAgent(log, agent, COUNTER);
  await sendMessage(log, agent, 'm-0', 'go');
  await answered('m-0');
  for (let round = 1; round <= ROUNDS; round += 1) {
    await log.append(command(agent, 'command.stop', { reason: 'asked' }, `stop-${round}`));
    await log.append(command(agent, 'command.resume', {}, `resume-${round}`));
    await log.append(command(agent, 'command.resume', {}, `again-${round}`));
    await sendMessage(log, agent, `m-${round}`, 'go');
    for (let kills = 0; kills < 2; kills += 1) {
      await delay(next(1_500));
      await spawner.kill();
      await spawner.start();
    }
    await answered(`m-${round}`);
  }
  const events = await history(log);
  t.is(ofType(events, 'process.resumed').length, ROUNDS);
  t.is((await spawner.lines(agent, 'runs')).length, ROUNDS + 1);
  const answers = ofType(events, 'response.answer').map(({ data }) => Number(data.text));
  t.deepEqual(new Set(answers), new Set(Array.from({ length: ROUNDS + 1 }, (_, at) => at + 1)));
  t.deepEqual(ofType(events, 'process.rejected'), []);
  await assertJudged(t, log, 'resume');

  async function answered(id: string): Promise<void> {
    const isEnd = ({ type, correlationId }: { type: string; correlationId?: string | undefined }) =>
      type === 'turn.ended' && correlationId === id;
    await untilEvent(log, isEnd, AbortSignal.timeout(50_000));
  }
});
