import test from 'ava';
import { pino } from 'pino';
import { Health } from '../../platform/service/health.ts';
import { keepArchiving } from '../../projections/events-archive.ts';
import { message } from '../core/log/events.ts';
import { untilEvent } from '../support/history.ts';
import { startTestNats } from '../support/nats.ts';

test('what is older than the setting says is archived, and stays readable', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append([message('a'), message('b')]);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const health = new Health();
  const archiving = keepArchiving({
    connection,
    logger: pino({ level: 'silent' }),
    health,
    afterMs: 1,
    youngestMs: 0,
    graceMs: 0,
    fillMs: 0,
    lookMs: 50,
    signal: abort.signal,
  });
  const stated = await untilEvent(log, ({ type }) => type === 'log.archived');
  t.like(stated, { source: 'orchestrator/projections', data: { from: 1, to: 2, events: 2 } });
  abort.abort();
  await archiving;
  t.is((await log.at('EVENTS', 1))?.header('ce-id'), 'a');
});
