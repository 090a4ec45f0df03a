import { useEffect, useState } from 'preact/hooks';
import type { LogLineView } from '../../schemas/views.ts';
import type { Api } from './api.ts';
import { follow } from './follow.ts';

/** Lines that are shown: as many as the system itself keeps of one stream. */
const MOST_LINES = 1_000;

const FIRST_LINES = 200;

/** The last lines that an agent printed, and what comes. */
export function useLog(api: Api, agentId: string): readonly LogLineView[] {
  const [lines, setLines] = useState<readonly LogLineView[]>([]);
  useEffect(() => {
    const end = new AbortController();
    setLines([]);
    const hear = (heard: unknown[]) =>
      // The server makes them by this very schema.
      setLines((known) => [...known, ...(heard as LogLineView[])].slice(-MOST_LINES));
    const path = `/agents/${encodeURIComponent(agentId)}/logs`;
    void follow(api, { path, query: { lines: FIRST_LINES }, hear, signal: end.signal });
    return () => end.abort();
  }, [api, agentId]);
  return lines;
}
