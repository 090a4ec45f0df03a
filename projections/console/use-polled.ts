import { useCallback, useEffect, useState } from 'preact/hooks';
import { pause, untilVisible } from './visible.ts';

export interface Polled<T> {
  /** What it was at last; undefined before the first answer. */
  value: T | undefined;
  /** Why the last question had no answer. */
  error: Error | undefined;
  /** Asks now. */
  again: () => void;
}

/**
 * Asks now, and again after so many milliseconds, while the page is seen. What is known of an earlier address is
 * forgotten when the address changes.
 *
 * @param address what it is about
 * @param everyMs undefined: once
 */
export function usePolled<T>(
  address: string,
  everyMs: number | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Polled<T> {
  const [known, setKnown] = useState<{ address: string; value?: T; error?: Error }>({ address });
  const [round, setRound] = useState(0);
  // `ask` is another function at each drawing: the address says when it asks for something else.
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    const run = async () => {
      while (!signal.aborted) {
        await untilVisible(signal);
        try {
          const value = await ask(signal);
          if (!signal.aborted) setKnown({ address, value });
        } catch (cause) {
          const error = cause instanceof Error ? cause : new Error(String(cause));
          if (!signal.aborted)
            setKnown((was) => ({ ...(was.address === address ? was : { address }), error }));
        }
        if (everyMs === undefined) return;
        await pause(everyMs, signal);
      }
    };
    run().catch(() => undefined);
    return () => end.abort();
  }, [address, everyMs, round]);
  const again = useCallback(() => setRound((count) => count + 1), []);
  const current = known.address === address ? known : { address };
  return { value: current.value, error: current.error, again };
}
