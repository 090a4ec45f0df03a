import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { loadSettings } from '../../../agents/load-settings.ts';
import { type Asker, terminalAsker } from '../../../cli/setup/asker.ts';
import { type InitOptions, runInit } from '../../../cli/setup/run-init.ts';
import { offerLogin } from '../../../cli/start/offer-login.ts';
import { withSettings } from '../../../platform/files/settings-file.ts';
import { temporaryFolder } from '../../support/nats.ts';
import { TelegramServer, TOKEN } from '../../support/telegram/telegram-server.ts';
import { oneLine, runHere } from '../run-here.ts';

/** Somebody who answers questions by what they begin with; what is not expected is an empty line. */
class Operator implements Asker {
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly #answers: Record<string, string | (() => string | Promise<string>)>;

  constructor(answers: Record<string, string | (() => string | Promise<string>)> = {}) {
    this.#answers = answers;
  }

  async ask(question: string, fallback = ''): Promise<string> {
    this.asked.push(question);
    const found = Object.entries(this.#answers).find(([start]) => question.includes(start));
    const answer = typeof found?.[1] === 'function' ? await found[1]() : (found?.[1] ?? '');
    return answer || fallback;
  }

  askSecret(question: string): Promise<string> {
    return this.ask(question);
  }

  say(line: string): void {
    this.said.push(line);
  }
}

async function setUp(t: ExecutionContext, own: Partial<InitOptions> = {}) {
  const folder = await temporaryFolder(t);
  const said: string[] = [];
  const file = join(folder, 'settings');
  const env = { HOME: folder, ORCHESTRATOR_DATA_DIR: join(folder, 'data'), ...own.env };
  const init = (more: Partial<InitOptions> = {}) =>
    runInit({
      timeoutMs: 10_000,
      asker: undefined,
      say: (line) => said.push(line),
      ...own,
      file,
      ...more,
      env: { ...env, ...more.env },
    });
  const settings = () => readFile(file, 'utf8');
  return { folder, file, said, init, settings };
}

/** A provider of models that knows one key. */
async function provider(t: ExecutionContext, key: string): Promise<string> {
  const server = createServer((request, response) => {
    const isGood = request.url === '/v1/models' && request.headers['x-api-key'] === key;
    response.writeHead(isGood ? 200 : 401, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  // It listens on TCP.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function telegram(t: ExecutionContext): Promise<TelegramServer> {
  const server = new TelegramServer();
  await server.listen(0);
  t.teardown(() => server.close());
  return server;
}

test('without a terminal it takes options and the environment, checks the key, and writes a file of one’s own', async (t) => {
  const url = await provider(t, 'sk-good');
  const keys = { ANTHROPIC_API_KEY: 'sk-good', ANTHROPIC_BASE_URL: url };
  const { init, settings, file, said } = await setUp(t, { env: keys });
  await init({ agent: 'claude', model: 'opus', permissions: 'ask:npm test*', runtime: 'local' });

  t.is(
    await settings(),
    [
      'ORCHESTRATOR_AGENT=claude',
      'ORCHESTRATOR_CLAUDE_MODEL=opus',
      "ORCHESTRATOR_CLAUDE_PERMISSIONS='ask:npm test*'",
      'ORCHESTRATOR_RUNTIME=local',
      'ANTHROPIC_API_KEY=sk-good',
      '',
    ].join('\n'),
  );
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.true(said.includes('ANTHROPIC_API_KEY is taken'));
  t.false(said.join('\n').includes('sk-good'));
});

test('a key that is refused changes nothing, and one that nobody can check is kept', async (t) => {
  const url = await provider(t, 'sk-good');
  const { init, settings, said } = await setUp(t);
  const env = { ANTHROPIC_API_KEY: 'sk-bad', ANTHROPIC_BASE_URL: url };
  const error = await t.throwsAsync(init({ agent: 'claude', env }), { code: 'ORC_LOGIN' });
  t.regex(error?.message ?? '', /^ANTHROPIC_API_KEY: 127\.0\.0\.1:\d+ refuses it \(HTTP 401\)$/);
  await t.throwsAsync(settings());

  await init({ agent: 'claude', env: { ...env, ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' } });
  t.regex(said.join('\n'), /ANTHROPIC_API_KEY could not be checked: .* is not reached/);
  t.regex(await settings(), /^ANTHROPIC_API_KEY=sk-bad$/m);
});

test('called again it keeps what it was told before, and lines that are not its own', async (t) => {
  const { init, settings, file } = await setUp(t);
  await writeFile(
    file,
    '# mine\n#LOG_LEVEL=info\nORCHESTRATOR_AGENT=line\nHTTP_PORT=8001\nORCHESTRATOR_LINE_COMMAND=cat\n',
  );
  await init({ runtime: 'docker' });
  t.is(
    await settings(),
    '# mine\n#LOG_LEVEL=info\nORCHESTRATOR_AGENT=line\nHTTP_PORT=8001\nORCHESTRATOR_LINE_COMMAND=cat\nORCHESTRATOR_RUNTIME=docker\n',
  );
  await init({ set: ['ORCHESTRATOR_AGENT_TTL=8h', 'LOG_LEVEL=warn'] });
  t.regex(await settings(), /^# mine\nLOG_LEVEL=warn\n[\s\S]*^ORCHESTRATOR_AGENT_TTL=8h\n$/m);
  const before = await settings();
  for (const set of ['NOTHING=1', 'TELEGRAM_BOT_TOKEN=1:x', 'LOG_LEVEL']) {
    await t.throwsAsync(init({ set: [set] }), { code: 'ORC_USAGE' });
  }
  await t.throwsAsync(init({ runtime: 'cloud' }), { code: 'ORC_SETTINGS' });
  await t.throwsAsync(init({ agent: 'parrot' }), { code: 'ORC_UNKNOWN_KIND' });
  await t.throwsAsync(init({ model: 'opus' }), { code: 'ORC_USAGE', message: /line agent/ });
  await t.throwsAsync(init({ allow: '1' }), { code: 'ORC_USAGE', message: /wants a bot/ });
  t.is(await settings(), before);
});

test('the bot shows six characters to who writes, and who types them may talk', async (t) => {
  const server = await telegram(t);
  server.api.say(7, 'written before, which is nobody who pairs');
  const env = { TELEGRAM_API_ROOT: server.root };
  const { init, settings, said } = await setUp(t, { env });
  const codeOf = async (user: number) => {
    await server.until(() => server.api.texts(user).length > 0, 'the code');
    return server.api.texts(user)[0]?.slice(0, 6) ?? '';
  };
  let codes = 0;
  const asker = new Operator({
    Token: TOKEN,
    'User 66': () => {
      // A stranger was faster: what stands on the operator's own phone is no code of theirs.
      server.api.say(42, 'hello');
      codes += 1;
      return 'AAAAAA';
    },
    'User 42': async () => (await codeOf(42)).toLowerCase(),
  });
  const paired = init({ asker });
  await server.until(
    () => server.api.calls.some(({ method }) => method === 'getUpdates'),
    'a poll',
  );
  server.api.say(66, 'me first');
  await paired;

  t.is(codes, 1);
  t.regex(await settings(), /^TELEGRAM_ALLOWED_USERS=42$/m);
  t.regex(await settings(), new RegExp(`^TELEGRAM_BOT_TOKEN=${TOKEN}$`, 'm'));
  t.regex(await codeOf(66), /^[A-Z2-9]{6}$/);
  t.not(await codeOf(66), await codeOf(42));
  t.is(server.api.texts(66).length, 1, 'the stranger is told nothing more');
  t.is(server.api.pending, 0, 'the bot takes none of it for a message');
  t.true(said.some((line) => line.includes('https://t.me/orchestrator_test_bot')));
});

test('nobody who writes in time is nobody who may talk', async (t) => {
  const server = await telegram(t);
  const env = { TELEGRAM_API_ROOT: server.root, TELEGRAM_BOT_TOKEN: TOKEN };
  const { init, settings, said } = await setUp(t, { env });
  await init({ asker: new Operator(), timeoutMs: 1 });
  t.regex(said.join('\n'), /nobody was paired/);
  t.notRegex(await settings(), /TELEGRAM_ALLOWED_USERS/);

  await init({ allow: '42, -100' });
  t.regex(await settings(), /^TELEGRAM_ALLOWED_USERS=42,-100$/m);
  await t.throwsAsync(init({ allow: '@ada', env: { TELEGRAM_ALLOWED_USERS: '' } }), {
    code: 'ORC_USAGE',
  });
});

test('a token that Telegram does not know is one line without the token', async (t) => {
  const server = await telegram(t);
  const env = { TELEGRAM_API_ROOT: server.root, TELEGRAM_BOT_TOKEN: '1:wrong' };
  const { init } = await setUp(t, { env });
  const error = await t.throwsAsync(init(), { code: 'ORC_TELEGRAM' });
  t.false(error?.message.includes('wrong'));
  await t.throwsAsync(init({ env: { TELEGRAM_API_ROOT: 'http://127.0.0.1:1' } }), {
    code: 'ORC_TELEGRAM',
    message: /Telegram is not reached/,
  });
});

const LOGIN = JSON.stringify({ tokens: { access_token: 'a' } });

test('the login of one’s own CLI is offered, and copied only by a yes', async (t) => {
  const { init, said, folder } = await setUp(t);
  await mkdir(join(folder, '.codex'));
  await writeFile(join(folder, '.codex', 'auth.json'), LOGIN);
  const kept = join(folder, 'data', 'credentials', 'codex', '.codex', 'auth.json');
  const no = new Operator();
  await init({ agent: 'codex', asker: no });
  t.true(no.asked.some((question) => question.includes('Shall agents use a copy?')));
  await t.throwsAsync(readFile(kept));
  t.true(said.some((line) => line.includes('There is no login for Codex yet: set OPENAI_API_KEY')));

  await init({ agent: 'codex', asker: new Operator({ 'Shall agents': 'y' }) });
  t.is(await readFile(kept, 'utf8'), LOGIN);
  t.is((await stat(kept)).mode & 0o777, 0o600);
  t.true(said.some((line) => line.includes('log the other out')));
});

test('a start in a terminal offers it, once, where agents have none', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, '.claude'));
  await writeFile(join(folder, '.claude', '.credentials.json'), LOGIN);
  const env = { HOME: folder, ORCHESTRATOR_DATA_DIR: join(folder, 'data') };
  const settings = loadSettings({ ...env, ORCHESTRATOR_AGENT: 'claude' });
  const offered = async (answer: string, own: Record<string, string> = {}) => {
    const asker = new Operator({ 'a copy of yours': answer });
    await offerLogin(settings, { ...env, ...own }, asker);
    return asker.asked.length;
  };
  t.is(await offered('', { ANTHROPIC_API_KEY: 'x' }), 0, 'there is a key');
  t.is(await offered('n'), 1);
  t.is(await offered('yes'), 1);
  t.is(await offered('yes'), 0, 'they have it now');
  const kept = join(folder, 'data', 'credentials', 'claude', '.claude', '.credentials.json');
  t.is(await readFile(kept, 'utf8'), LOGIN);
});

test('a question shows what is typed, but for a secret', async (t) => {
  const stdin = new PassThrough();
  const stderr = new PassThrough();
  const asker = terminalAsker(stdin, stderr);
  stdin.write('ada\n');
  t.is(await asker.ask('Who', 'nobody'), 'ada');
  stdin.write('\n');
  t.is(await asker.ask('Who', 'nobody'), 'nobody');
  stdin.write('sk-secret\n');
  t.is(await asker.askSecret('Key'), 'sk-secret');
  asker.say('Thanks.');
  const shown = String(stderr.read());
  t.regex(shown, /^Who \[nobody\]: /);
  t.regex(shown, /Key: \nThanks\.\n$/);
  t.false(shown.includes('sk-secret'));
});

test('login takes the file of one’s own CLI, another file, or stdin, and nothing else', async (t) => {
  const folder = await temporaryFolder(t);
  const env = { HOME: folder, CODEX_HOME: folder, ORCHESTRATOR_DATA_DIR: join(folder, 'data') };
  await writeFile(join(folder, 'auth.json'), LOGIN);
  const kept = join(folder, 'data', 'credentials', 'codex', '.codex', 'auth.json');
  const own = await runHere(['login', 'codex'], env);
  t.is(own.code, 0, own.stderr);
  t.is(own.stdout, `${kept}\n`);
  t.is(await readFile(kept, 'utf8'), LOGIN);

  const input = await runHere(['login', 'codex', '--file', '-', '--json'], env, [
    Buffer.from('{}'),
  ]);
  t.deepEqual(JSON.parse(input.stdout), { kind: 'codex', file: kept });
  t.is(await readFile(kept, 'utf8'), '{}');
  t.regex(
    (await runHere(['login', 'codex', '--file', '-'], env, [Buffer.from('[1')])).stderr,
    oneLine('ORC_USAGE'),
  );
  t.regex((await runHere(['login', 'claude'], env)).stderr, oneLine('ORC_LOGIN'));
  t.regex((await runHere(['login', 'demo'], env)).stderr, oneLine('ORC_UNKNOWN_KIND'));
  const lacking = await runHere(['login', 'codex', '--file', join(folder, 'none')], env);
  t.regex(lacking.stderr, oneLine('ORC_FILE'));
});

test('a settings file is read by every command of the operator, behind the environment', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'settings');
  await writeFile(file, "ORCHESTRATOR_AGENT='parrot'\nLOG_LEVEL=loud\n");
  const env = { ORCHESTRATOR_ENV_FILE: file, ORCHESTRATOR_DATA_DIR: folder };
  const { stdout } = await runHere(['doctor', '--timeout', '1ms'], { ...env, LOG_LEVEL: 'info' });
  t.regex(stdout, /wrong +settings +ORCHESTRATOR_AGENT="parrot"/);
  t.notRegex(stdout, /LOG_LEVEL/);
});

test('a setting is written once, where its example stands, and taken out by nothing', (t) => {
  const text = '#LOG_LEVEL=info\nA=1\nexport B=2\nB=3\n';
  t.is(withSettings(text, { LOG_LEVEL: 'warn' }), 'LOG_LEVEL=warn\nA=1\nexport B=2\nB=3\n');
  t.is(withSettings(text, { B: 'two words' }), "#LOG_LEVEL=info\nA=1\nB='two words'\n");
  t.is(withSettings(text, { A: '', C: '' }), '#LOG_LEVEL=info\n#A=\nexport B=2\nB=3\n');
  t.is(withSettings('', { A: '$x' }), "A='$x'\n");
  t.throws(() => withSettings('', { A: "it's" }), { message: /quote/ });
});
