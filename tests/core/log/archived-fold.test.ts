import test from 'ava';
import { hashSystem } from '../../../core/domain/system-state.ts';
import { archiveCatalogue } from '../../../core/log/archive-catalogue.ts';
import { EventLog } from '../../../core/log/event-log.ts';
import { headerLines } from '../../../core/log/header-lines.ts';
import { publishOne } from '../../../core/log/publish-event.ts';
import { archiveAll } from '../../support/archive-events.ts';
import { startTestNats, type TestNats } from '../../support/nats.ts';
import {
  historyNames,
  type RecordedMessage,
  readRecorded,
} from '../../support/recorded-history.ts';
import { startFollower } from '../projection/folded-log.ts';

/** So often are the histories told, each time of other agents. */
const TIMES = 12;

/** The whole of EVENTS in one stream that takes agents' words as well, as of now: SAID would date them anew. */
async function takeAllSubjects({ connection }: TestNats): Promise<void> {
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  const { sources: _sources, ...alone } = config;
  for (const name of ['EVENTS', 'SAID', 'LOGS', 'FILES', 'TIMERS']) await jsm.streams.delete(name);
  const subjects = ['agents.>', ...config.subjects.filter((each) => !each.startsWith('agents.'))];
  await jsm.streams.add({ ...alone, subjects });
}

async function tell({ connection }: TestNats, each: RecordedMessage, nth: number): Promise<void> {
  const ofOthers = (text: string) =>
    text.replace(/agent-[0-9a-f]{2}(?=[0-9a-f]{10})/g, `agent-${String(nth).padStart(2, '0')}`);
  const attributes = Object.entries(each.headers).filter(([name]) => name.startsWith('ce-'));
  const headers = headerLines(attributes.map(([name, value]) => [name, ofOthers(value)] as const));
  const payload =
    each.base64 === undefined
      ? Buffer.from(ofOthers(JSON.stringify(each.data)))
      : Buffer.from(each.base64, 'base64');
  const message = { subject: ofOthers(each.subject), headers, payload };
  const result = await publishOne(connection.nc, message, 5_000);
  if (!result.ok) throw new Error(`${each.subject}: ${result.error}`);
}

test('what is archived folds to the same state, of who follows and of who begins from nothing', async (t) => {
  const nats = await startTestNats(t);
  const { connection, log } = nats;
  await takeAllSubjects(nats);
  const histories = await Promise.all(historyNames().map(readRecorded));
  const told = histories.flat().filter(({ subject }) => !subject.startsWith('schedules.'));
  for (let nth = 0; nth < TIMES; nth += 1) {
    for (const each of told) await tell(nats, each, nth);
  }
  const count = TIMES * told.length;
  t.true(count > 1_500);

  const live = (await startFollower(t, log)).follower;
  const before = hashSystem(live.state);
  t.is(live.sequence, count);
  t.true(live.state.agents.size >= TIMES);

  await archiveAll(connection, { segmentBytes: 100_000 });
  t.true((await archiveCatalogue(connection.nc)).segments.length > 3);
  const jsm = await connection.jsm();
  t.is((await jsm.streams.info('EVENTS')).state.first_seq, count + 1);
  await live.folded(await log.lastSequence('EVENTS'), AbortSignal.timeout(10_000));
  const anew = (await startFollower(t, new EventLog(await nats.connect()))).follower;
  t.is(hashSystem(anew.state), hashSystem(live.state));
  t.is(hashSystem({ ...anew.state, sequence: count }), before);
});
