import type { KeyCheck } from '../../agents/agent-kind.ts';

const TIMEOUT_MS = 10_000;

export type KeyState =
  | { is: 'good' }
  | { is: 'refused'; why: string }
  /** Nobody could say: its provider is not reached, or is out of order. */
  | { is: 'unknown'; why: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** Asks the provider of a key whether it takes it, by a call that costs nothing. */
export async function checkKey(check: KeyCheck, env: Environment): Promise<KeyState> {
  const { variable, base, baseVariable, path, headers } = check;
  const where = (baseVariable && env[baseVariable]) || base;
  const url = `${where.replace(/\/+$/, '')}${path}`;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { headers: headers(env[variable] ?? ''), signal });
    await response.body?.cancel();
    const { status } = response;
    if (status === 401 || status === 403 || status === 400) {
      return { is: 'refused', why: `${new URL(url).host} refuses it (HTTP ${status})` };
    }
    if (response.ok) return { is: 'good' };
    return { is: 'unknown', why: `${new URL(url).host} says HTTP ${status}` };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const words = cause instanceof Error ? cause.message : String(cause);
    return { is: 'unknown', why: `${where} is not reached: ${words}` };
  }
}
