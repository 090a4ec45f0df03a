import { z } from 'zod';
import { agrees, loginFile, token } from '../host/login-file.ts';

const schema = z.looseObject({
  claudeAiOauth: z.looseObject({
    accessToken: token,
    refreshToken: token,
    /** When the access token expires, in milliseconds since 1970. */
    expiresAt: z.number().positive(),
    refreshTokenExpiresAt: z.number().positive().nullish(),
    /** Its account and organisation. Logins of older versions tell neither. */
    accountUuid: z.string().nullish(),
    organizationUuid: z.string().nullish(),
  }),
});

/** An access token is good for hours; a month ahead is no time of one. */
const AHEAD_MS = 32 * 86_400_000;

/** The login of a subscription, as version 2.1 keeps it; each renewal retires its refresh token. */
export const claudeLogin = loginFile({
  path: '.claude/.credentials.json',
  schema,
  time: ({ claudeAiOauth }) => claudeAiOauth.expiresAt,
  aheadMs: AHEAD_MS,
  isSameAccount: ({ claudeAiOauth: kept }, { claudeAiOauth: copy }) =>
    agrees(kept.accountUuid ?? undefined, copy.accountUuid ?? undefined) &&
    agrees(kept.organizationUuid ?? undefined, copy.organizationUuid ?? undefined),
  renewed: (kept, { claudeAiOauth }) => {
    const { accessToken, refreshToken, expiresAt, refreshTokenExpiresAt } = claudeAiOauth;
    const until = refreshTokenExpiresAt == null ? {} : { refreshTokenExpiresAt };
    const renewed = { accessToken, refreshToken, expiresAt, ...until };
    return { ...kept, claudeAiOauth: { ...kept.claudeAiOauth, ...renewed } };
  },
});
