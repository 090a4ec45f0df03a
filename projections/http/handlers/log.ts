import { followConversation } from '../../../core/conversation/conversation.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { eventJson } from '../../../core/operator/event-line.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { ShownEvents } from '../../../core/operator/shown-events.ts';
import { startPoint } from '../../../core/operator/start-point.ts';
import { knownTurn, turnsOfAgent } from '../../../core/operator/turns-of-agent.ts';
import { pageOf } from '../../../core/views/page.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { MAX_PAGE } from '../../../schemas/limits.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import { EventStream, Written } from '../answers.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import {
  eventsFeed,
  frameOfLine,
  gapFrame,
  logsFeed,
  placeBefore,
  TALK_FROM,
  talkFeed,
} from '../follow/log-feeds.ts';
import type { Call } from '../route-call.ts';

type Names = 'listEvents' | 'getLogs' | 'followConversation' | 'listTurns' | 'getTurn';

/** As long a page as one likes to hold in memory. */
const PAGE_BYTES = 4 * 1024 * 1024;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export const logHandlers: HandlersOf<Names> = {
  async listEvents(call, api) {
    const filter = await eventsFilter(call.query.agent, api);
    if (isFollowed(call)) return followedEvents(call, api, filter);
    return eventsPage(call, api, filter);
  },

  async getLogs(call, api) {
    const { agentId } = await knownAgent(api.views, call.params.agent, SYSTEM_MS);
    if (isFollowed(call)) return new EventStream(followedLogs(call, api, agentId));
    const request = { agentId, lines: call.query.lines };
    const { lines } = await api.views.request('logs', request, { timeoutMs: SYSTEM_MS });
    if (!call.prefers('text/plain')) return { lines };
    return new Written(TEXT_TYPE, lines.map(({ line }) => `${line}\n`).join(''));
  },

  async followConversation(call, api) {
    const { agentId } = await knownAgent(api.views, call.params.agent, SYSTEM_MS);
    if (isFollowed(call)) {
      const { log, follows } = api;
      const request = { ...talkFeed(log, agentId), after: behind(call), signal: call.signal };
      return new EventStream(follows.read(request));
    }
    const until = await api.log.lastSequence('EVENTS');
    const happenings: Record<string, unknown>[] = [];
    for await (const happening of talkUpTo(call, api, { agentId, until })) {
      happenings.push({ ...happening });
    }
    return { happenings };
  },

  async listTurns({ params, query }, { log, views }) {
    const { agentId } = await knownAgent(views, params.agent, SYSTEM_MS);
    const turns = await turnsOfAgent(log, agentId);
    const entries = turns.map((turn) => [turn.turnId, turn] as const);
    const { items, next } = pageOf(entries, () => true, query);
    const shown = items.map(({ said, ...turn }) => ({ ...turn, ...countsOf(said) }));
    return { turns: shown, ...(next !== undefined && { next }) };
  },

  async getTurn({ params }, { log }) {
    const turn = await knownTurn(log, params.turn);
    return { ...turn, ...countsOf(turn.said) };
  },
};

const countsOf = (said: readonly { type: 'answer' | 'question' }[]) => ({
  answers: said.filter(({ type }) => type === 'answer').length,
  questions: said.filter(({ type }) => type === 'question').length,
});

const isFollowed = (call: {
  query: { follow?: boolean | undefined };
  prefers: (type: string) => boolean;
}): boolean => call.query.follow || call.prefers('text/event-stream');

/** By an id also of what the views do not know, such as a word to nobody. */
async function eventsFilter(agent: string | undefined, { views }: ApiContext) {
  if (agent === undefined) return undefined;
  if (isAgentId(agent)) return agentFilter(agent);
  return agentFilter((await knownAgent(views, agent, SYSTEM_MS)).agentId);
}

const startOf = ({ query, lastEventId }: Call<'listEvents'>) =>
  lastEventId === undefined
    ? startPoint(query.from ?? '1', new Date())
    : { sequence: lastEventId + 1 };

const wantedEvents = ({ query }: Call<'listEvents'>) => ({
  type: query.type,
  correlationId: query.correlation,
});

async function eventsPage(
  call: Call<'listEvents'>,
  { log }: ApiContext,
  filter: string | undefined,
): Promise<Written> {
  const { signal } = call;
  const shown = new ShownEvents(log, wantedEvents(call), signal);
  const events: string[] = [];
  let bytes = 0;
  let next: number | undefined;
  const range = { stream: 'EVENTS', from: startOf(call), filter, signal } as const;
  for await (const message of log.read(range)) {
    const event = await shown.of(message);
    if (event === undefined) continue;
    if (events.length >= (call.query.limit ?? MAX_PAGE) || bytes > PAGE_BYTES) {
      next = message.sequence;
      break;
    }
    const text = eventJson(message, event.because, event.refused).trimEnd();
    bytes += text.length;
    events.push(text);
  }
  const end = next === undefined ? '' : `,"next":${next}`;
  return new Written(JSON_TYPE, `{"events":[${events.join(',')}]${end}}`);
}

async function followedEvents(
  call: Call<'listEvents'>,
  { log, follows }: ApiContext,
  filter: string | undefined,
): Promise<EventStream> {
  const { signal } = call;
  const wanted = wantedEvents(call);
  const after = await placeBefore(log, startOf(call), { filter, signal });
  return new EventStream(follows.read({ ...eventsFeed(log, filter, wanted), after, signal }));
}

async function* followedLogs(
  { query, lastEventId, signal }: Call<'getLogs'>,
  { log, views, follows }: ApiContext,
  agentId: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let after = lastEventId;
  if (after !== undefined && (await isCut(log, after))) yield Buffer.from(gapFrame(after));
  if (after === undefined) {
    const request = { agentId, lines: query.lines };
    const { lines } = await views.request('logs', request, { timeoutMs: SYSTEM_MS });
    if (lines.length > 0) yield Buffer.from(lines.map(frameOfLine).join(''));
    after = lines.at(-1)?.sequence ?? 0;
  }
  yield* follows.read({ ...logsFeed(log, agentId), after, signal });
}

/** The line that a reader has had last is kept no more, so what came behind it may not be either. */
const isCut = async (log: EventLog, after: number): Promise<boolean> =>
  after > 0 &&
  (await log.at('LOGS', after)) === undefined &&
  after <= (await log.lastSequence('LOGS'));

const behind = ({ query, lastEventId }: Call<'followConversation'>): number =>
  lastEventId ?? (query.from ?? 1) - 1;

async function* talkUpTo(
  call: Call<'followConversation'>,
  { log }: ApiContext,
  { agentId, until }: { agentId: string; until: number },
) {
  const options = { log, agentId, from: TALK_FROM, signal: call.signal };
  for await (const { happenings, caughtUp } of followConversation(options)) {
    for (const happening of happenings) {
      if (happening.sequence > until) return;
      if (happening.sequence > behind(call)) yield happening;
    }
    if (caughtUp) return;
  }
}
