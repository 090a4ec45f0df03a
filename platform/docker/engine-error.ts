/** The HTTP status of an error that the Docker Engine answered with; undefined for any other. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** What the engine says is wrong, in one line. */
export function engineMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'json' in error && isMessage(error.json) ? error.json.message : error.message;
  return said.split('\n')[0] ?? said;
}

/** The engine was not reached, or broke off: the same may succeed later. */
export function isEngineAway(error: unknown): boolean {
  return error instanceof Error && statusOf(error) === undefined && 'code' in error;
}

/** The same for a question to an engine that is on its way down or up, which says 500 or 503. */
export const mayPass = (error: unknown): boolean =>
  isEngineAway(error) || (statusOf(error) ?? 0) >= 500;

/** Passes over the statuses that say that it is already so. Whether it was done, and not so already. */
export async function unless(
  statuses: readonly number[],
  work: Promise<unknown>,
): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
    return false;
  }
}

const isMessage = (body: unknown): body is { message: string } =>
  typeof body === 'object' &&
  body !== null &&
  'message' in body &&
  typeof body.message === 'string';
