import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { hashSystem } from '../../../core/domain/system-state.ts';
import { keepStateMarks } from '../../../core/projection/keep-state-marks.ts';
import { leastMissed } from '../../../core/projection/least-missed.ts';
import { markedHistory } from '../../../core/projection/marked-history.ts';
import { StateHistory } from '../../../core/projection/state-history.ts';
import { StateMarks } from '../../../core/projection/state-marks.ts';
import { SystemFollower } from '../../../core/projection/system-follower.ts';
import { ToldLog } from '../../projections/console/support/told-log.ts';
import { nthAgent } from '../../support/many-agents.ts';
import { startTestNats, temporaryFolder } from '../../support/nats.ts';
import { quiet } from './folded-log.ts';

test('the one nearest to the one before it is missed least', (t) => {
  t.is(leastMissed([]), -1);
  t.is(leastMissed([10]), 0);
  t.is(leastMissed([10, 30, 35, 60]), 2);
});

test('a state is folded from the nearest mark, and is the one that a fold from the beginning gives', async (t) => {
  const { log } = await startTestNats(t);
  const folder = join(await temporaryFolder(t), 'states');
  const options = { log, logger: quiet, leastApart: 5 };
  const { signal } = new AbortController();
  const following = await follow();
  const told = new ToldLog(log);
  for (let index = 1; index <= 12; index += 1) {
    await told.agent(nthAgent(index), `mender ${index}`);
    await told.turn(nthAgent(index), `m-${index}`, 'hello');
  }
  const last = await log.lastSequence('EVENTS');
  await following.end(last);
  const marks = await StateMarks.open(folder, options);
  const names = await readdir(folder);
  t.true(names.length > 1 && names.length <= last / 5, `${names.length} marks of ${last} events`);
  const folded = new StateHistory(log);
  for (let at = 1; at <= last; at += 1) {
    const nearest = await marks.nearest(at);
    if (nearest) t.true(nearest.sequence <= at);
    const marked = await markedHistory(folder, options).at(at, signal);
    t.is(hashSystem(marked), hashSystem(await folded.at(at, signal)), `as of ${at}`);
  }
  const begun = (await marks.nearest(last))?.sequence ?? 0;
  t.true(begun > 0);
  const reads: number[] = [];
  const from = new StateHistory(counting(reads), { marks });
  await from.at(last, signal);
  // The last mark may be of the last event.
  const first = begun < last ? [begun + 1] : [];
  t.deepEqual(reads.slice(0, 1), first, 'only what came after the mark is read');

  // Of another version, or damaged: the one before it, or none.
  await writeFile(join(folder, '7.000000000000.jsonl'), 'of another version');
  await Promise.all(names.map((name) => writeFile(join(folder, name), '{"torn')));
  t.is(await (await StateMarks.open(folder, options)).nearest(last), undefined);
  const anyway = await markedHistory(folder, options).at(last, signal);
  t.is(hashSystem(anyway), hashSystem(await folded.at(last, signal)));
  await (await follow()).end(last);
  t.false((await readdir(folder)).includes('7.000000000000.jsonl'));

  async function follow() {
    const end = new AbortController();
    const follower = new SystemFollower({ log, logger: quiet });
    const kept = await keepStateMarks(follower, folder, options);
    await follower.start(end.signal);
    return {
      end: async (sequence: number) => {
        await follower.folded(sequence);
        await kept.written();
        end.abort();
        await follower.ended;
      },
    };
  }

  /** The log, and from where it was read. */
  function counting(starts: number[]): typeof log {
    return new Proxy(log, {
      get: (target, name, receiver) =>
        name === 'read'
          ? (range: Parameters<typeof log.read>[0]) => {
              if ('sequence' in range.from) starts.push(range.from.sequence);
              return target.read(range);
            }
          : Reflect.get(target, name, receiver),
    });
  }
});
