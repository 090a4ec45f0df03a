import test from 'ava';
import { claudeLogin } from '../../../agents/claude/claude-login.ts';
import { codexLogin } from '../../../agents/codex/codex-login.ts';
import { geminiLogin } from '../../../agents/gemini/gemini-login.ts';
import type { LoginFile } from '../../../agents/host/login-file.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const HOUR_MS = 3_600_000;

const jwt = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

function claude(hours: number, own: object = {}): object {
  const tokens = { accessToken: `a${hours}`, refreshToken: `r${hours}` };
  const claudeAiOauth = { ...tokens, expiresAt: NOW + hours * HOUR_MS, scopes: ['x'], ...own };
  return { claudeAiOauth };
}

function codex(minutes: number, account = 'ada', own: object = {}): object {
  const claims = { 'https://api.openai.com/auth': { chatgpt_account_id: account }, minutes };
  return {
    OPENAI_API_KEY: null,
    tokens: {
      id_token: jwt(claims),
      access_token: jwt(claims),
      refresh_token: `r${minutes}`,
      account_id: account,
      ...own,
    },
    last_refresh: new Date(NOW + minutes * 60_000).toISOString(),
  };
}

const gemini = (minutes: number, own: object = {}): object => ({
  access_token: `a${minutes}`,
  refresh_token: 'r',
  id_token: jwt({ sub: 'ada' }),
  scope: 'openid',
  expiry_date: NOW + minutes * 60_000 + 0.5,
  ...own,
});

const renewal = (login: LoginFile, kept: object, copy: object) =>
  login.renewal(JSON.stringify(kept), JSON.stringify(copy), NOW);

const content = (login: LoginFile, kept: object, copy: object): unknown => {
  const found = renewal(login, kept, copy);
  return found.is === 'newer' ? JSON.parse(found.content) : found;
};

const OTHER = { is: 'refused', why: 'it is of another account' };
const NONE = { is: 'refused', why: 'it is no login of this kind' };
const AHEAD = { is: 'refused', why: 'its time is too far ahead' };
const OLD = { is: 'old' };

test('C4: of a renewed login of Claude the tokens and their times are taken', (t) => {
  const kept = claude(1, { accountUuid: 'ada', subscriptionType: 'max' });
  const copy = claude(8, { accountUuid: 'ada', refreshTokenExpiresAt: NOW, extra: true });
  t.deepEqual(content(claudeLogin, { ...kept, mcpOAuth: {} }, copy), {
    claudeAiOauth: {
      ...{ accessToken: 'a8', refreshToken: 'r8', expiresAt: NOW + 8 * HOUR_MS },
      ...{ scopes: ['x'], accountUuid: 'ada', subscriptionType: 'max' },
      refreshTokenExpiresAt: NOW,
    },
    mcpOAuth: {},
  });
  t.deepEqual(renewal(claudeLogin, kept, claude(8)), OTHER, 'it does not tell its account');
  t.deepEqual(renewal(claudeLogin, kept, claude(8, { accountUuid: 'eve' })), OTHER);
  t.is(renewal(claudeLogin, claude(1), claude(8)).is, 'newer', 'nor does that of before');
  t.deepEqual(renewal(claudeLogin, claude(8), claude(8, { accessToken: 'b' })), OLD);
  t.deepEqual(renewal(claudeLogin, claude(1), claude(1e4)), AHEAD);
  t.deepEqual(renewal(claudeLogin, claude(1), claude(8, { refreshToken: '' })), NONE);
  t.deepEqual(renewal(claudeLogin, claude(1), claude(8, { accessToken: 'a\nb' })), NONE);
});

test('C4: of a renewed login of Codex all three tokens are taken, where every one of them is of its account', (t) => {
  const [kept, copy] = [codex(-60), codex(0)];
  t.deepEqual(content(codexLogin, { ...kept, extra: 1 }, { ...copy, extra: 2 }), {
    ...copy,
    extra: 1,
  });
  t.deepEqual(renewal(codexLogin, kept, codex(0, 'eve')), OTHER);
  t.deepEqual(renewal(codexLogin, kept, codex(0, 'eve', { account_id: 'ada' })), OTHER);
  t.deepEqual(
    renewal(
      codexLogin,
      kept,
      codex(0, 'ada', { account_id: undefined, id_token: 'x', access_token: 'x' }),
    ),
    OTHER,
    'it does not tell its account',
  );
  t.deepEqual(renewal(codexLogin, copy, kept), OLD);
  t.deepEqual(renewal(codexLogin, kept, codex(10)), AHEAD);
  const key = { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-key' };
  t.deepEqual(renewal(codexLogin, key, copy), OLD, 'a key is not replaced by a login');
  t.deepEqual(renewal(codexLogin, kept, key), NONE);
});

test('C4: of a renewed login of Gemini the refresh token stays, which a renewal may leave out', (t) => {
  const kept = gemini(-1);
  const { refresh_token: _, ...without } = gemini(59) as { refresh_token: string };
  t.deepEqual(content(geminiLogin, kept, without), gemini(59));
  t.deepEqual(content(geminiLogin, kept, gemini(59)), gemini(59));
  t.deepEqual(renewal(geminiLogin, kept, gemini(59, { refresh_token: 'of-eve' })), OTHER);
  t.deepEqual(renewal(geminiLogin, kept, gemini(59, { id_token: jwt({ sub: 'eve' }) })), OTHER);
  t.deepEqual(renewal(geminiLogin, kept, { ...without, id_token: 'no-jwt' }), OTHER);
  t.deepEqual(renewal(geminiLogin, kept, gemini(-2)), OLD);
  t.deepEqual(renewal(geminiLogin, kept, gemini(3_000)), AHEAD);
});

test('C4: what is no JSON, or JSON of another shape, is no login', (t) => {
  for (const login of [claudeLogin, codexLogin, geminiLogin]) {
    const kept = { [claudeLogin.path]: claude(1), [codexLogin.path]: codex(-9) }[login.path];
    const text = JSON.stringify(kept ?? gemini(1));
    for (const copy of ['', '{', 'null', '[]', '"x"', '{"claudeAiOauth":null}']) {
      t.deepEqual(login.renewal(text, copy, NOW), NONE, `${login.path} ${copy}`);
      t.deepEqual(login.renewal(copy, text, NOW), OLD);
    }
  }
});
