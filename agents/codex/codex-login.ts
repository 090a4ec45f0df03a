import { z } from 'zod';
import { claimsOf, loginFile, token } from '../host/login-file.ts';

const schema = z.looseObject({
  tokens: z.looseObject({
    id_token: token,
    access_token: token,
    refresh_token: token,
    account_id: z.string().nullish(),
  }),
  last_refresh: z.iso.datetime({ offset: true }),
});

type Login = z.infer<typeof schema>;

/** The claims of the tokens that OpenAI issues for a ChatGPT account. */
const claims = z.object({
  'https://api.openai.com/auth': z.object({ chatgpt_account_id: z.string() }),
});

/** Every name of its account that a login tells: that of the file, and those in its tokens. */
function accountsOf({ tokens }: Login): string[] {
  const ofTokens = [tokens.id_token, tokens.access_token].map(
    (jwt) =>
      claims.safeParse(claimsOf(jwt)).data?.['https://api.openai.com/auth'].chatgpt_account_id,
  );
  return [tokens.account_id, ...ofTokens].filter((id) => typeof id === 'string');
}

/** The time is that of the renewal. Clocks of two machines may differ by this much. */
const AHEAD_MS = 5 * 60_000;

/** The login of a ChatGPT account, as version 0.169 keeps it; a refresh token is good for one use. */
export const codexLogin = loginFile({
  path: '.codex/auth.json',
  schema,
  time: ({ last_refresh }) => Date.parse(last_refresh),
  aheadMs: AHEAD_MS,
  isSameAccount: (kept, copy) => {
    const ofCopy = accountsOf(copy);
    const all = new Set([...accountsOf(kept), ...ofCopy]);
    return all.size === 1 && ofCopy.length > 0;
  },
  renewed: (kept, { tokens, last_refresh }) => {
    const { id_token, access_token, refresh_token } = tokens;
    const renewed = { id_token, access_token, refresh_token };
    return { ...kept, tokens: { ...kept.tokens, ...renewed }, last_refresh };
  },
});
