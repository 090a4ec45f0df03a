import { Parser } from '@asyncapi/parser';
import test from 'ava';
import { isSelected } from '../../core/log/subject-filter.ts';
import { asyncApi } from '../../schemas/asyncapi.ts';
import { EVENT_CATALOGUE } from '../../schemas/event-catalogue.ts';
import { STREAM_SUBJECTS } from '../../schemas/subjects.ts';

test('the document of the log is AsyncAPI 3, has every event of the catalogue, and a subject of every stream', async (t) => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()));
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  t.deepEqual(errors, []);
  t.is(document?.version(), '3.0.0');
  const channels = document?.channels().all() ?? [];
  const types = channels.flatMap((channel) =>
    channel
      .messages()
      .all()
      .map((one) => one.name()),
  );
  for (const type of Object.keys(EVENT_CATALOGUE)) t.true(types.includes(type), type);

  const subjects = channels.map((channel) => (channel.address() ?? '').replaceAll(/\{\w+\}/g, 'x'));
  // Where a schedule waits is nobody's to read: what it becomes is an event.
  const filters = Object.values(STREAM_SUBJECTS)
    .flat()
    .filter((filter) => filter !== 'schedules.>');
  for (const filter of filters) {
    t.true(
      subjects.some((subject) => isSelected(filter, subject)),
      filter,
    );
  }
});
