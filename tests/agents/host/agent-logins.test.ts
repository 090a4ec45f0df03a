import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { agentFactories } from '../../../agents/agent-factories.ts';
import { hostOrder } from '../../../agents/host/host-order.ts';
import { loadSettings } from '../../../agents/load-settings.ts';
import { temporaryFolder } from '../../support/nats.ts';

const ADA = { channel: 'terminal', userId: 'ada' };
const BOB = { channel: 'terminal', userId: 'bob' };

async function setUp(t: ExecutionContext, files: Record<string, string>) {
  const folder = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  const own = {
    ORCHESTRATOR_CREDENTIALS_DIR: folder,
    ANTHROPIC_API_KEY: 'key-of-the-system',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    OPENAI_API_KEY: 'openai-key',
    UNRELATED: 'stays outside',
  };
  const factories = await agentFactories(loadSettings(own), own);
  return async (kind: string, owner?: typeof ADA) => {
    const order = {
      agentId: 'agent-0123456789ab',
      home: '/home/agent',
      workspace: '/home/agent/workspace',
      secrets: '/secrets',
      ...(owner && { owner }),
    };
    const factory = factories.get(kind);
    const made = (await factory?.files?.(order)) ?? [];
    const host = made.find(({ path }) => path === 'host.json');
    return {
      files: made,
      command: factory?.persistentCommand(order),
      host: hostOrder.parse(JSON.parse(host?.content ?? '{}')),
      hostFile: host,
    };
  };
}

test('the system’s key reaches an agent in a secret file, not in its command line', async (t) => {
  const make = await setUp(t, {});
  const { host, hostFile, command } = await make('claude', ADA);
  t.deepEqual(host.secrets, { ANTHROPIC_API_KEY: 'key-of-the-system' });
  t.is(host.environment.ANTHROPIC_BASE_URL, 'http://127.0.0.1:1');
  t.like(hostFile, { secret: true, mode: 0o400 });
  t.deepEqual(command, ['orchestrator', 'host', 'claude', '/secrets/host.json']);
  t.false(JSON.stringify(host).includes('stays outside'));
});

test('a user’s own login reaches that user’s agents and no other’s, and replaces the system’s', async (t) => {
  const make = await setUp(t, {
    'terminal/ada/claude/env': 'CLAUDE_CODE_OAUTH_TOKEN=ada-token\n',
    'terminal/ada/claude/.claude/.credentials.json': '{"of":"ada"}',
    'claude/.claude/settings.json': '{"shared":true}',
  });
  const ofAda = await make('claude', ADA);
  const ofBob = await make('claude', BOB);
  t.deepEqual(ofAda.host.secrets, { CLAUDE_CODE_OAUTH_TOKEN: 'ada-token' });
  t.true(ofAda.files.some(({ content }) => content.includes('"of":"ada"')));
  t.false(JSON.stringify(ofBob).includes('ada'));
  t.true(ofBob.files.some(({ path }) => path === '.claude/settings.json'));
});

test('a file that is about to take the place of a login is nobody’s login', async (t) => {
  const make = await setUp(t, {
    'claude/.claude/.credentials.json': '{"of":"ada"}',
    'claude/.claude/.credentials.json.0123.draft': '{"of":"a write that was broken off"}',
  });
  const { files } = await make('claude');
  t.deepEqual(
    files.map(({ path }) => path).filter((path) => path.startsWith('.claude')),
    ['.claude/.credentials.json'],
  );
});

test('a login’s settings lie on top of ours', async (t) => {
  const make = await setUp(t, { 'droid/.factory/settings.json': '{"customModels":[1]}' });
  const { files } = await make('droid');
  const [settings, ...others] = files.filter(({ path }) => path === '.factory/settings.json');
  t.deepEqual(others, []);
  t.like(JSON.parse(settings?.content ?? ''), { customModels: [1], enableDroidShield: false });
});

test('a login’s settings that are no JSON are refused, and nothing of them is told', async (t) => {
  for (const content of ['sk-a-key', '"sk-a-key"']) {
    const make = await setUp(t, { 'droid/.factory/settings.json': content });
    const { message } = await t.throwsAsync(make('droid'), { code: 'ORC_SETTINGS' });
    t.is(message, 'the file .factory/settings.json of its login is not JSON');
  }
});

test('codex and gemini get their key in their own configuration', async (t) => {
  const make = await setUp(t, {});
  const codex = await make('codex');
  const login = codex.files.find(({ path }) => path === '.codex/auth.json');
  t.like(JSON.parse(login?.content ?? ''), { OPENAI_API_KEY: 'openai-key' });
  t.is(codex.host.environment.CODEX_HOME, '/home/agent/.codex');
  const gemini = await make('gemini');
  const settings = gemini.files.find(({ path }) => path === '.gemini/settings.json');
  t.is(JSON.parse(settings?.content ?? '').security.auth.selectedType, 'oauth-personal');
});
