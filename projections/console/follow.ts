import { type Api, ApiProblem } from './api.ts';
import { SseParser } from './sse.ts';
import { pause, untilVisible, whileVisible } from './visible.ts';

export interface Follow {
  path: string;
  query?: Record<string, string | number | undefined>;
  /** All that one reading brought, in order. */
  hear: (data: unknown[]) => void;
  /** Whether it comes at the moment; false with why it does not. */
  tell?: (isWell: boolean, why?: string) => void;
  signal: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** The server says each 10 s that it lives; nothing for so long is a loss. */
const SILENCE_MS = 30_000;

/**
 * Follows a stream of the API until the signal aborts, also over losses of the connection, where it goes on behind the
 * last event that came: none is missed, none comes twice. Not while the page is hidden. `EventSource` does as much,
 * but sends no token.
 */
export async function follow(api: Api, { path, query, hear, tell, signal }: Follow): Promise<void> {
  let last: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  const take = (id: string | undefined) => {
    last = id ?? last;
    pauseMs = FIRST_PAUSE_MS;
  };
  while (!signal.aborted) {
    try {
      await untilVisible(signal);
      const seen = whileVisible(signal);
      await readOnce(api, { path, query, hear, last, take, tell, signal: seen });
      if (seen.aborted) continue;
      tell?.(false, 'The stream ended.');
    } catch (error) {
      if (signal.aborted) return;
      if (document.hidden) continue;
      tell?.(false, error instanceof Error ? error.message : String(error));
      // Nobody is helped by asking again before there is one.
      if (error instanceof ApiProblem && error.status === 401) await tokenGiven(api, signal);
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

interface Reading extends Omit<Follow, 'query' | 'tell'> {
  query: Follow['query'];
  tell: Follow['tell'];
  last: string | undefined;
  take: (id: string | undefined) => void;
}

async function readOnce(api: Api, { path, query, last, ...reading }: Reading): Promise<void> {
  const { hear, take, tell } = reading;
  const silence = new AbortController();
  const signal = AbortSignal.any([reading.signal, silence.signal]);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const headers = {
      accept: 'text/event-stream',
      ...(last !== undefined && { 'last-event-id': last }),
    };
    const response = await api.fetch('GET', path, {
      query: { ...query, follow: 'true' },
      headers,
      signal,
    });
    tell?.(true);
    const parser = new SseParser();
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const piece = await reader?.read();
      if (piece === undefined || piece.done) return;
      heard();
      const events = parser.take(piece.value);
      const problem = events.find(({ event }) => event === 'problem');
      const said = events.filter(({ event }) => event === 'message');
      if (said.length > 0) {
        hear(said.map(({ data }): unknown => JSON.parse(data)));
        take(said.at(-1)?.id);
      }
      if (problem !== undefined) throw new Error(problem.data);
    }
  } finally {
    clearTimeout(timer);
  }
}

function tokenGiven(api: Api, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const leave = api.link.listen(() => {
      if (api.link.value !== 'token') done();
    });
    const done = () => {
      leave();
      resolve();
    };
    if (api.link.value !== 'token') done();
    signal.addEventListener('abort', done, { once: true });
  });
}
