import test from 'ava';
import { AGENT_KINDS, kindOfOlderName } from '../../agents/agent-kinds.ts';

test('older names of agents are kinds of ours, and so are our own', (t) => {
  t.deepEqual(
    ['claude-code', 'factory-droid', 'codex', 'gemini-cli', 'demo', 'toString', 'cobol'].map(
      (name) => kindOfOlderName(name)?.name,
    ),
    ['claude', 'droid', 'codex', 'gemini', 'demo', undefined, undefined],
  );
});

test('a kind’s own settings bear its name, and what it wants is one of them', (t) => {
  for (const { name, settings, wants } of AGENT_KINDS) {
    const own = `ORCHESTRATOR_${name.toUpperCase()}_`;
    t.deepEqual(
      Object.keys(settings).filter((setting) => !setting.startsWith(own)),
      [],
    );
    t.true(wants === undefined || wants in settings);
  }
});
