import test from 'ava';
import { isAgentEventId } from '../../../schemas/ids.ts';
import {
  foreignEntryOf,
  foreignEventId,
  type ResponseEvent,
} from '../../../schemas/redis/response-entry.ts';

const AGENT = 'agent-0123456789ab';
const ENTRY = '1767540645000-3';
const read = { life: '0a1b2c3d', entryId: ENTRY, fields: { message: 'hello' } };

const event = (id: string, time = '2026-01-04T15:30:45.000Z'): ResponseEvent => ({
  id,
  type: 'response.answer',
  source: `orchestrator/agent/${AGENT}`,
  time,
  subject: `agents.${AGENT}.response.answer`,
  sequence: 1,
  data: { text: 'hello' },
});

test('what a script wrote has an id of its agent, which tells where it was read', (t) => {
  const id = foreignEventId(AGENT, read);
  t.true(isAgentEventId(AGENT, id));
  t.is(foreignEntryOf(event(id)), ENTRY);
  t.not(foreignEventId(AGENT, { ...read, life: 'ffffffff' }), id);
  t.not(foreignEventId(AGENT, { ...read, fields: { message: 'other' } }), id);
  t.is(foreignEntryOf(event(`${AGENT}_answer-1`)), undefined);
});

test('an agent that states such an id moves no reader of the stream beyond the present', (t) => {
  const claimed = (entryId: string) =>
    foreignEntryOf(event(foreignEventId(AGENT, { ...read, entryId })));
  const atStored = Date.parse('2026-01-04T15:30:45.000Z');
  t.is(claimed(`${atStored + 3_600_000}-0`), `${atStored + 3_600_000}-0`);
  t.is(claimed(`${atStored + 3_600_001}-0`), undefined);
  t.is(claimed('18446744073709551615-0'), undefined);
  t.is(claimed(`${atStored}-18446744073709551615`), undefined);
});
