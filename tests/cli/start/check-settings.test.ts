import test from 'ava';
import { requireUsable, unusedSettingsLine } from '../../../cli/start/check-settings.ts';
import { loadSettings } from '../../../core/service/load-settings.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';

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

test('kinds of agents of later versions are refused with the kinds of this one', (t) => {
  const { code, line } = refused({ ORCHESTRATOR_AGENT: 'claude' });

  t.is(code, 'ORC_UNKNOWN_KIND');
  t.regex(line, /kind claude\. Set ORCHESTRATOR_AGENT to one of demo, line\.$/);
});

test('a line agent without a command is a wrong setting', (t) => {
  t.regex(refused({ ORCHESTRATOR_AGENT: 'line' }).line, /ORCHESTRATOR_LINE_COMMAND is not set/);
});

test('settings that are set and not used are named without their values', (t) => {
  t.is(unusedSettingsLine(loadSettings({})), undefined);
  t.is(
    unusedSettingsLine(loadSettings({ ORCHESTRATOR_API_URL: 'http://a' })),
    'Set and not used by this version: ORCHESTRATOR_API_URL.',
  );
});
