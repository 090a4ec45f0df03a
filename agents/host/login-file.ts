import { z } from 'zod';

/** A token: printable, in one piece, and of a length that any provider's stays below. */
export const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);

/** What is to become of one copy of a login, beside another of the same login. */
export type Renewal =
  | { is: 'newer'; content: string }
  /** There is nothing to do: it is the same, or an older one. */
  | { is: 'old' }
  /** It is not taken, for a reason in words that tell nothing of the login. */
  | { is: 'refused'; why: string };

/** A file of a login that its CLI renews by itself. */
export interface LoginFile {
  /** Relative to the agent's home, and to the folder of the login. */
  readonly path: string;
  /**
   * Whether `copy` is a renewal of `kept`. `content` is then all of `kept`, with what a renewal changes
   * as `copy` has it: nothing else gets from one file into the other. Pure.
   *
   * @param now milliseconds since 1970
   */
  renewal(kept: string, copy: string, now: number): Renewal;
}

/** What is particular to the login of one CLI. */
export interface LoginFormat<Login extends object> {
  path: string;
  /** Its objects keep members that it does not name (`z.looseObject`). */
  schema: z.ZodType<Login>;
  /** When it expires or was renewed, in milliseconds since 1970: the later, the newer. */
  time(login: Login): number;
  /** How far ahead of now that time may be, in milliseconds: else nothing would ever be newer. */
  aheadMs: number;
  /** Whether both are of one account, as far as they tell. */
  isSameAccount(kept: Login, copy: Login): boolean;
  /** The login `kept`, renewed as `copy` is. */
  renewed(kept: Login, copy: Login): Login;
}

export function loginFile<Login extends object>(format: LoginFormat<Login>): LoginFile {
  const { path, schema, time, aheadMs, isSameAccount, renewed } = format;
  return {
    path,
    renewal: (keptText, copyText, now) => {
      if (keptText === copyText) return { is: 'old' };
      const kept = parsed(schema, keptText);
      // What is kept is no login that is renewed, but a key, perhaps.
      if (kept === undefined) return { is: 'old' };
      const copy = parsed(schema, copyText);
      if (copy === undefined) return { is: 'refused', why: 'it is no login of this kind' };
      if (!(time(copy) > time(kept))) return { is: 'old' };
      if (time(copy) > now + aheadMs) return { is: 'refused', why: 'its time is too far ahead' };
      if (!isSameAccount(kept, copy)) return { is: 'refused', why: 'it is of another account' };
      return { is: 'newer', content: `${JSON.stringify(renewed(kept, copy), undefined, 2)}\n` };
    },
  };
}

function parsed<Login>(schema: z.ZodType<Login>, text: string): Login | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** True unless `kept` tells something that `copy` does not tell, or tells otherwise. */
export const agrees = (kept: string | undefined, copy: string | undefined): boolean =>
  kept === undefined || kept === copy;

/** The claims of a JWT, unverified: whoever renews a login has its tokens from the provider. */
export function claimsOf(jwt: string | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(jwt?.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return undefined;
  }
}
