import test from 'ava';
import fc from 'fast-check';
import { foldMessage } from '../../../core/domain/fold-message.ts';
import { hashSystem, initialSystem } from '../../../core/domain/system-state.ts';
import { lineOfRecord, recordOfLine } from '../../../core/export/event-line.ts';
import { redactRecord } from '../../../core/export/redact-record.ts';
import { StandIns } from '../../../core/export/stand-ins.ts';
import { foundMessage, type StoredRecord } from '../../../core/log/last.ts';
import { historyNames, readRecorded } from '../../support/recorded-history.ts';

const KEY = new Uint8Array(32).fill(7);

/** As EVENTS had them. */
async function recordsOfHistory(name: string): Promise<StoredRecord[]> {
  return (await readRecorded(name)).map(({ sequence, subject, time, headers, data, base64 }) => {
    const lines = Object.entries(headers).map(([header, value]) => `${header}: ${value}\r\n`);
    const payload = base64 === undefined ? JSON.stringify(data) : Buffer.from(base64, 'base64');
    return {
      sequence,
      subject,
      time,
      headers: Buffer.from(`NATS/1.0\r\n${lines.join('')}\r\n`),
      payload: Buffer.from(payload),
    };
  });
}

for (const name of historyNames()) {
  test(`${name}: redacted, each event is of its type still, and folds as it did`, async (t) => {
    const records = await recordsOfHistory(name);
    const standIns = new StandIns(KEY);
    const [state, redacted] = [initialSystem(), initialSystem()];
    for (const record of records) {
      t.deepEqual(recordOfLine(lineOfRecord(record)), record, 'a line is the whole of a message');
      const shown = redactRecord(record, standIns);
      const kinds = [record, shown].map((each) => foundMessage(each));
      const [before, after] = kinds.map((each, at) =>
        foldMessage([state, redacted][at] ?? state, each),
      );
      t.is(after?.kind, before?.kind, `${record.sequence} ${record.subject}`);
      if (before?.kind === 'event' && after?.kind === 'event') {
        t.is(after.event.type, before.event.type);
        t.is(after.event.time, before.event.time);
      }
    }
    const phases = ({ agents }: typeof state) => [...agents].map(([id, { phase }]) => [id, phase]);
    t.deepEqual(phases(redacted), phases(state));
    t.is(redacted.users.size, state.users.size);
    t.is(redacted.projects.size, state.projects.size);
    t.not(hashSystem(redacted), hashSystem(state));
  });
}

test('a run has one stand-in, of its length and kind, and two runs never share one', (t) => {
  const standIns = new StandIns(KEY);
  const run = fc.stringMatching(/^([a-z]{1,12}|[A-Z][a-z]{1,9}|\d{1,12})$/);
  const shape = (text: string) =>
    text.replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A').replaceAll(/\d/g, '1');
  fc.assert(
    fc.property(run, run, (a, b) => {
      const [one, other] = [standIns.text(a), standIns.text(b)];
      t.is(one === other, a === b);
      t.is(one, new StandIns(KEY).text(a));
      t.is(shape(one), shape(a));
    }),
    { numRuns: 300 },
  );
});

test('what says who and what is replaced; what says when, and which agent, stays', (t) => {
  const standIns = new StandIns(KEY);
  const text = (of: string) => standIns.text(of);
  t.notRegex(text('Ann Miller, write to ann@example.org'), /Ann|Miller|write|ann|example|org/);
  t.regex(text('Ann, go!\n'), /^[A-Z][a-z]{2}, [a-z]{2}!\n$/);
  t.is(text('2026-01-04T15:30:45.000Z'), '2026-01-04T15:30:45.000Z');
  t.regex(text('agent-0123456789ab_answer-Xy'), /^agent-0123456789ab_answer-[A-Z][a-z]$/);
  t.regex(text('https://git.example.org/a'), /^https:\/\/[a-z]{3}\.[a-z]{7}\.[a-z]{3}\/[a-z]$/);
  t.regex(text('process.starting:run-007af3a593f7'), /^process\.starting:[a-z]{3}-[0-9a-f]{12}$/);
  t.notRegex(text('Größe 東京 Москва'), /Größe|東京|Москва/);
  t.not(standIns.number(4711), 4711);
  t.not(new StandIns().text('Miller'), new StandIns().text('Miller'));
});
