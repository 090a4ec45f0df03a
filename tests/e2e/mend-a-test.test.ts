import test from 'ava';
import { CLAUDE, CODEX } from '../agents/conformance/support/agent-kinds.ts';
import { mendsATest } from './mend-a-test.ts';

for (const kind of [CLAUDE, CODEX]) {
  test(`${kind.kind} mends a failing test beside another agent; it is shown, taken back and merged`, (t) =>
    mendsATest(t, kind, { address: '127.0.0.1', settings: {} }));
}
