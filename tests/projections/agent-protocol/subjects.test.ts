import test from 'ava';
import { KIND_NAMES } from '../../../agents/agent-kinds.ts';
import { isSelected } from '../../../core/log/subject-filter.ts';
import { verbSubject } from '../../../projections/agent-protocol/agent-identity.ts';
import { parseSubject, STREAM_SUBJECTS } from '../../../schemas/subjects.ts';

test('no stream takes a subject of the protocol, whatever kind of agent it is of', (t) => {
  const filters = Object.values(STREAM_SUBJECTS).flat();
  for (const agent of KIND_NAMES) {
    for (const verb of ['prompt', 'hb', 'status'] as const) {
      const identity = { agent, owner: 'telegram_1', session: 'agent-0123456789ab' };
      const subject = verbSubject(verb, identity);
      t.deepEqual(
        filters.filter((filter) => isSelected(filter, subject)),
        [],
        subject,
      );
      t.is(parseSubject(subject), undefined);
    }
  }
});
