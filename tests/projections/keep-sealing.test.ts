import test from 'ava';
import { pino } from 'pino';
import { sealLog } from '../../core/seal/seal-log.ts';
import { verifySeals } from '../../core/seal/verify-seals.ts';
import { Health } from '../../platform/service/health.ts';
import { keepSealing } from '../../projections/keep-sealing.ts';
import { message } from '../core/log/events.ts';
import { startTestNats } from '../support/nats.ts';

test('what comes into the log is sealed, at the start and later, until it is to end', async (t) => {
  const { log, connection } = await startTestNats(t);
  const sealed = connection.nc.subscribe('seals.*.salts.*');
  const seals = sealed[Symbol.asyncIterator]();
  await log.append([message('a'), message('b')]);
  const abort = new AbortController();
  t.teardown(() => abort.abort());
  const health = new Health();
  const logger = pino({ level: 'silent' });
  const { signal } = abort;
  const sealing = keepSealing({ connection, logger, health, lookMs: 50, signal });
  await seals.next();
  await log.append(message('c'));
  await seals.next();
  abort.abort();
  await sealing;
  t.like(await verifySeals(connection), { through: 3, seals: 2 });
});

test('a log that ends before what is sealed is told, and is no reason to take the system for unwell', async (t) => {
  const { log, connection } = await startTestNats(t);
  await log.append([message('a'), message('b')]);
  await sealLog(connection);
  // Put back from a backup: the same log, and less of it.
  const jsm = await connection.jsm();
  const { config } = await jsm.streams.info('EVENTS');
  await jsm.streams.delete('EVENTS');
  await jsm.streams.add(config);
  await log.append(message('z'));
  const abort = new AbortController();
  const logger = pino({ level: 'silent' });
  const reports: unknown[][] = [];
  const health = {
    report: (...report: unknown[]) => {
      reports.push(report);
      abort.abort();
    },
  };
  await keepSealing({ connection, logger, health, signal: abort.signal });
  const why = 'not sealed: Event 2 is sealed, and the log ends with 1; tried again';
  t.deepEqual(reports, [['seals of the log', true, why, true]]);
});
