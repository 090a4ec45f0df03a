import { z } from 'zod';
import { claimsOf, loginFile, token } from '../host/login-file.ts';

const schema = z.looseObject({
  access_token: token,
  /** Google's stays the same for life. The file of a renewed login may lack it. */
  refresh_token: token.optional(),
  id_token: token.optional(),
  /** When the access token expires, in milliseconds since 1970. */
  expiry_date: z.number().positive(),
});

type Login = z.infer<typeof schema>;

const subjectOf = ({ id_token }: Login): string | undefined =>
  z.object({ sub: z.string() }).safeParse(claimsOf(id_token)).data?.sub;

/** An access token is good for an hour; a day ahead is no time of one. */
const AHEAD_MS = 86_400_000;

/** The login of a Google account, as version 0.61 keeps it. */
export const geminiLogin = loginFile({
  path: '.gemini/oauth_creds.json',
  schema,
  time: ({ expiry_date }) => expiry_date,
  aheadMs: AHEAD_MS,
  isSameAccount: (kept, copy) => {
    const sameToken = copy.refresh_token !== undefined && copy.refresh_token === kept.refresh_token;
    const [keptSubject, subject] = [subjectOf(kept), subjectOf(copy)];
    if (copy.refresh_token !== undefined && !sameToken) return false;
    if (keptSubject !== undefined && subject !== undefined) return keptSubject === subject;
    return sameToken;
  },
  renewed: (kept, { access_token, id_token, expiry_date }) => ({
    ...kept,
    access_token,
    expiry_date,
    ...(id_token !== undefined && { id_token }),
  }),
});
