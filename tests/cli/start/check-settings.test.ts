import test from 'ava';
import { loadSettings } from '../../../agents/load-settings.ts';
import { requireUsable } from '../../../cli/start/check-settings.ts';
import { asOrchestratorError, OrchestratorError } from '../../../schemas/errors.ts';

const refused = (environment: NodeJS.ProcessEnv): OrchestratorError => {
  try {
    requireUsable(loadSettings(environment));
  } catch (error) {
    if (error instanceof OrchestratorError) return error;
  }
  throw new Error('it was not refused');
};

test('the defaults and a line agent with its command can be used', (t) => {
  t.notThrows(() => requireUsable(loadSettings({})));
  const line = { ORCHESTRATOR_AGENT: 'line', ORCHESTRATOR_LINE_COMMAND: 'cat' };
  t.notThrows(() => requireUsable(loadSettings(line)));
});

test('the real agents can be used; an acp agent wants its command line', (t) => {
  for (const ORCHESTRATOR_AGENT of ['claude', 'codex', 'gemini', 'droid']) {
    t.notThrows(() => requireUsable(loadSettings({ ORCHESTRATOR_AGENT })));
  }
  const acp = { ORCHESTRATOR_AGENT: 'acp', ORCHESTRATOR_ACP_COMMAND: 'opencode acp' };
  t.notThrows(() => requireUsable(loadSettings(acp)));
  t.regex(refused({ ORCHESTRATOR_AGENT: 'acp' }).line, /ORCHESTRATOR_ACP_COMMAND is not set/);
});

test('a line agent without a command is a wrong setting', (t) => {
  t.regex(refused({ ORCHESTRATOR_AGENT: 'line' }).line, /ORCHESTRATOR_LINE_COMMAND is not set/);
});

test('a system whose spawner would act on nothing is refused, with where a shadow is started', (t) => {
  const error = t.throws(() => requireUsable(loadSettings({ ORCHESTRATOR_SHADOW: 'true' })));
  t.is(
    asOrchestratorError(error).line,
    'ORC_SETTINGS: ORCHESTRATOR_SHADOW=true is for a spawner beside a running system, not for one. Unset it here; docs/operate.md has how a shadow is started.',
  );
});
