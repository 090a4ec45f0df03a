import test from 'ava';
import { readSettings, SETTINGS } from '../../agents/load-settings.ts';
import { serverUrls } from '../../schemas/server-urls.ts';
import { settingProblemsLine } from '../../schemas/settings.ts';

const problemsOf = (environment: Record<string, string | undefined>) => {
  const result = readSettings(environment);
  return result.ok ? [] : result.problems;
};

test('an empty environment is all defaults', (t) => {
  const result = readSettings({});
  t.like(result, {
    ok: true,
    settings: {
      ORCHESTRATOR_DATA_DIR: '.orchestrator',
      ORCHESTRATOR_AGENT: 'demo',
      ORCHESTRATOR_RUNTIME: 'auto',
      ORCHESTRATOR_AGENT_TTL: 7_200_000,
      ORCHESTRATOR_HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    },
  });
});

test('an empty value counts as unset', (t) => {
  const result = readSettings({ ORCHESTRATOR_NATS_URL: '', ORCHESTRATOR_AGENT: '' });
  t.true(result.ok && result.settings.ORCHESTRATOR_NATS_URL === undefined);
});

test('a cluster is several servers, and how many of them keep each stream', (t) => {
  const result = readSettings({
    ORCHESTRATOR_NATS_URL: 'nats://a:4222, tls://b:4222',
    ORCHESTRATOR_AGENT_NATS_URL: 'nats://c:4222,nats://d:4222',
    ORCHESTRATOR_REPLICAS: '3',
  });
  t.like(result, { ok: true, settings: { ORCHESTRATOR_REPLICAS: 3 } });
  const url = result.ok ? (result.settings.ORCHESTRATOR_NATS_URL ?? '') : '';
  t.deepEqual(serverUrls(url), ['nats://a:4222', 'tls://b:4222']);
});

test('right values are read as what they mean', (t) => {
  const result = readSettings({
    ORCHESTRATOR_NATS_URL: 'nats://127.0.0.1:4222',
    ORCHESTRATOR_NATS_PORT: '4333',
    ORCHESTRATOR_AGENT_ID: 'agent-0123456789ab',
    ORCHESTRATOR_ALLOWED_TOOLS: 'project, respond,',
    ORCHESTRATOR_TURN_DEADLINE: '90s',
    ORCHESTRATOR_USER: 'ann',
    PATH: '/bin',
  });
  t.like(result, {
    ok: true,
    settings: {
      ORCHESTRATOR_NATS_PORT: 4_333,
      ORCHESTRATOR_TURN_DEADLINE: 90_000,
    },
  });
  t.deepEqual(result.ok && result.settings.ORCHESTRATOR_ALLOWED_TOOLS, ['project', 'respond']);
  t.false(result.ok && 'PATH' in result.settings, 'nothing else is read');
});

const WRONG: Record<string, string[]> = {
  ORCHESTRATOR_NATS_URL: ['localhost', 'http://localhost', 'nats://a:1,localhost', ','],
  ORCHESTRATOR_REPLICAS: ['0', '2', '4', 'all', '3.5'],
  ORCHESTRATOR_NATS_PORT: ['0', '65536', 'abc', '80.5', '-1'],
  ORCHESTRATOR_AGENT_ID: ['agent-1', 'nobody'],
  ORCHESTRATOR_ALLOWED_TOOLS: ['a b', 'project;respond'],
  ORCHESTRATOR_API_URL: ['ftp://x', 'x'],
  ORCHESTRATOR_HTTP_PORT: ['99999'],
  ORCHESTRATOR_HTTP_ALLOWED_HOSTS: ['a b', 'x:80', 'http://x', 'x/y', '*'],
  ORCHESTRATOR_REDIS_URL: ['http://x'],
  TELEGRAM_API_ROOT: ['x'],
  TELEGRAM_ALLOWED_USERS: ['1 2', '@me', 'me'],
  ORCHESTRATOR_MESSAGE_MODE: ['later'],
  ORCHESTRATOR_AGENT: ['gpt'],
  ORCHESTRATOR_LINE_FRAMING: ['xml'],
  ORCHESTRATOR_LINE_TURN_END: ['never'],
  ORCHESTRATOR_RUNTIME: ['podman'],
  ORCHESTRATOR_AGENT_TTL: ['2 hours', '0s', '10'],
  ORCHESTRATOR_TURN_DEADLINE: ['soon'],
  ORCHESTRATOR_INSTANCE: ['a.b'],
  ORCHESTRATOR_NODE_LEASE: ['0s'],
  ORCHESTRATOR_NODE_GRACE: ['never'],
  ORCHESTRATOR_STOP_GRACE: ['-5s'],
  ORCHESTRATOR_USER: ['a.b', 'a b'],
  LOG_LEVEL: ['loud'],
};

for (const [setting, values] of Object.entries(WRONG)) {
  test(`a wrong ${setting} is named with its value and what is allowed`, (t) => {
    for (const value of values) {
      const [problem, ...more] = problemsOf({ [setting]: value });
      t.like(problem, { setting, value });
      t.true((problem?.allowed.length ?? 0) > 0);
      t.false(/invalid|expected/i.test(problem?.allowed ?? ''), `${value}: ${problem?.allowed}`);
      t.deepEqual(more, [], value);
    }
  });
}

test('all wrong ones are named at once, unknown ones too', (t) => {
  const environment = Object.fromEntries(
    Object.entries(WRONG).map(([setting, [value]]) => [setting, value]),
  );
  const problems = problemsOf({ ...environment, ORCHESTRATOR_COLOUR: 'red' });
  t.deepEqual(
    problems.map(({ setting }) => setting).sort(),
    [...Object.keys(WRONG), 'ORCHESTRATOR_COLOUR'].sort(),
  );
});

test('an unknown setting of ours alone is a problem; a stranger’s is none', (t) => {
  t.deepEqual(problemsOf({ ORCHESTRATOR_TTL: '2h' }), [
    {
      setting: 'ORCHESTRATOR_TTL',
      value: '2h',
      allowed: 'no such setting; docs/settings.md lists them',
    },
  ]);
  t.deepEqual(problemsOf({ TELEGRAM_COLOUR: 'red', HOME: '/root' }), []);
});

test('the problems are one line', (t) => {
  const line = settingProblemsLine(
    problemsOf({ LOG_LEVEL: 'lo\nud', ORCHESTRATOR_AGENT_TTL: 'soon' }),
  );
  t.false(line.includes('\n'));
  t.regex(line, /LOG_LEVEL="lo\\nud" \(allowed: one of trace, .*\)/);
  t.regex(line, /ORCHESTRATOR_AGENT_TTL="soon" \(allowed: a duration such as 90s, 30m or 2h\)/);
});

test('every setting says what it is for', (t) => {
  for (const [name, schema] of Object.entries(SETTINGS)) {
    t.regex(schema.description ?? '', /^[A-Z].*\.$/s, name);
  }
});

test('D8: where a Telegram name is given, its line says what is wanted and where to get it', (t) => {
  const [problem] = problemsOf({ TELEGRAM_ALLOWED_USERS: '@me' });
  t.regex(problem?.allowed ?? '', /numeric ids .* no @names; @userinfobot .* tells you yours/);
});
