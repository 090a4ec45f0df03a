/** The token of an `Authorization` header; empty for another sort, undefined where there is no header. Pure. */
export const bearerToken = (authorization: string | undefined): string | undefined =>
  authorization === undefined ? undefined : (/^Bearer (.+)$/i.exec(authorization)?.[1] ?? '');
