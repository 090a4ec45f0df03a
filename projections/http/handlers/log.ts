import { followConversation } from '../../../core/conversation/conversation.ts';
import { eventJson } from '../../../core/operator/event-line.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { ShownEvents } from '../../../core/operator/shown-events.ts';
import { startPoint } from '../../../core/operator/start-point.ts';
import { knownTurn, turnsOfAgent } from '../../../core/operator/turns-of-agent.ts';
import { pageOf } from '../../../core/views/page.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { MAX_PAGE } from '../../../schemas/limits.ts';
import { agentFilter } from '../../../schemas/subjects.ts';
import { lineView } from '../../views/log-tail.ts';
import { EventStream, type SentEvent, Written } from '../answers.ts';
import { type ApiContext, type HandlersOf, SYSTEM_MS } from '../api-context.ts';
import type { Call } from '../route-call.ts';

type Names = 'listEvents' | 'getLogs' | 'followConversation' | 'listTurns' | 'getTurn';

/** As long a page as one likes to hold in memory. */
const PAGE_BYTES = 4 * 1024 * 1024;

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

export const logHandlers: HandlersOf<Names> = {
  async listEvents(call, api) {
    const filter = await eventsFilter(call.query.agent, api);
    if (isFollowed(call)) return new EventStream(followedEvents(call, api, filter));
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
    if (isFollowed(call)) return new EventStream(followedTalk(call, api, agentId));
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

async function* followedEvents(
  call: Call<'listEvents'>,
  { log }: ApiContext,
  filter: string | undefined,
): AsyncGenerator<SentEvent> {
  const { signal } = call;
  const shown = new ShownEvents(log, wantedEvents(call), signal);
  const follow = { stream: 'EVENTS', from: startOf(call), filter, signal } as const;
  for await (const { messages } of log.follow(follow)) {
    for (const message of messages) {
      const event = await shown.of(message);
      if (event === undefined) continue;
      const data = eventJson(message, event.because, event.refused).trimEnd();
      yield { id: message.sequence, data };
    }
  }
}

async function* followedLogs(
  { query, lastEventId, signal }: Call<'getLogs'>,
  { log, views }: ApiContext,
  agentId: string,
): AsyncGenerator<SentEvent> {
  let last = lastEventId;
  if (last === undefined) {
    const request = { agentId, lines: query.lines };
    const { lines } = await views.request('logs', request, { timeoutMs: SYSTEM_MS });
    for (const line of lines) yield { id: line.sequence, data: JSON.stringify(line) };
    last = lines.at(-1)?.sequence ?? 0;
  }
  const filter = agentFilter(agentId, 'log');
  const follow = { stream: 'LOGS', from: { sequence: last + 1 }, filter, signal } as const;
  for await (const { messages } of log.follow(follow)) {
    for (const message of messages) {
      yield { id: message.sequence, data: JSON.stringify(lineView(message)) };
    }
  }
}

/** A talk is folded from its beginning: what is said in a turn tells which messages it serves. */
const talkFrom = 1;

const behind = ({ query, lastEventId }: Call<'followConversation'>): number =>
  lastEventId ?? (query.from ?? 1) - 1;

async function* followedTalk(
  call: Call<'followConversation'>,
  { log }: ApiContext,
  agentId: string,
): AsyncGenerator<SentEvent> {
  const options = { log, agentId, from: talkFrom, signal: call.signal };
  for await (const { happenings } of followConversation(options)) {
    for (const happening of happenings) {
      const { sequence } = happening;
      if (sequence > behind(call)) yield { id: sequence, data: JSON.stringify(happening) };
    }
  }
}

async function* talkUpTo(
  call: Call<'followConversation'>,
  { log }: ApiContext,
  { agentId, until }: { agentId: string; until: number },
) {
  const options = { log, agentId, from: talkFrom, signal: call.signal };
  for await (const { happenings, caughtUp } of followConversation(options)) {
    for (const happening of happenings) {
      if (happening.sequence > until) return;
      if (happening.sequence > behind(call)) yield happening;
    }
    if (caughtUp) return;
  }
}
