/**
 * Whether a call to the operating system failed for that reason.
 *
 * @param code such as `ENOENT` (https://nodejs.org/api/errors.html#common-system-errors)
 */
export const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
