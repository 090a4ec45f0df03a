import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { hashSystem, serializeSystem } from '../../../core/domain/system-state.ts';
import {
  foldHistory,
  HISTORIES,
  historyNames,
  readHistory,
} from '../../support/recorded-history.ts';

for (const name of historyNames()) {
  test(`${name} folds to the state that it has always folded to`, async (t) => {
    const state = foldHistory(await readHistory(name));
    const text = await readFile(join(HISTORIES, `${name}.state.json`), 'utf8');
    const expected: { state: unknown; hash: string } = JSON.parse(text);
    t.deepEqual(JSON.parse(serializeSystem(state)), expected.state);
    t.is(hashSystem(state), expected.hash);
  });
}

test('the hash tells states apart, and does not depend on the order in which aggregates came', async (t) => {
  const messages = await readHistory('two-users');
  const hashes = messages.map((_, at) => hashSystem(foldHistory(messages.slice(0, at))));
  const folded = messages.filter(({ subject }) => !subject.startsWith('schedules.'));
  t.is(new Set(hashes).size, folded.length);

  const state = foldHistory(messages);
  const reversed = { ...state, agents: new Map([...state.agents].reverse()) };
  t.is(hashSystem(reversed), hashSystem(state));
});
