import { waterfallOf } from '../../../core/conversation/waterfall.ts';
import { judgeLog } from '../../../core/judge/judge-log.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { eventsOfMessage } from '../../../core/operator/events-of-message.ts';
import { knownAgent } from '../../../core/operator/known-agent.ts';
import { namedPlace } from '../../../core/operator/place-in-log.ts';
import { readActivity } from '../../../core/operator/read-activity.ts';
import { lastEntries, searchHistory } from '../../../core/operator/search-history.ts';
import { partAt, stateAt } from '../../../core/operator/state-at.ts';
import { stateDiff } from '../../../core/operator/state-diff.ts';
import { timelineOf } from '../../../core/operator/timeline.ts';
import { whyTurn } from '../../../core/operator/why-turn.ts';
import { makeReceipt } from '../../../core/seal/make-receipt.ts';
import { receiptName, receiptText } from '../../../core/seal/receipt-text.ts';
import { wholeState } from '../../../core/views/whole-state.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { isAgentId } from '../../../schemas/ids.ts';
import { MAX_PAGE } from '../../../schemas/limits.ts';
import { Written } from '../answers.ts';
import { type HandlersOf, SYSTEM_MS } from '../api-context.ts';

type Names =
  | 'getWaterfall'
  | 'getTimeline'
  | 'getReceipt'
  | 'getWhyTurn'
  | 'getActivity'
  | 'getState'
  | 'judge'
  | 'getPartOfState'
  | 'getDiff'
  | 'searchHistory'
  | 'getOwnHistory';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const LAST_MS = 3 * HOUR_MS;

/** Stretches of time that one answer has at most: a day by minutes, and a bit. */
const MOST_STRETCHES = 1_500;

export const historyHandlers: HandlersOf<Names> = {
  async getWaterfall({ params, signal }, { log }) {
    const { agentId, message, events } = await eventsOfMessage(log, params.sequence, signal);
    return waterfallOf(agentId, message, events);
  },

  getTimeline: ({ params, signal }, { log }) => timelineOf(log, params.message, signal),

  async getReceipt({ params, signal }, { log }) {
    const { receipt } = await makeReceipt(log, params.message, new Date(), signal);
    // Byte for byte as its file is: parsed and written again it would be another one.
    return new Written('application/json; charset=utf-8', receiptText(receipt), {
      'content-disposition': `attachment; filename="${receiptName(receipt)}"`,
    });
  },

  getWhyTurn: ({ params, signal }, { log }) => whyTurn(log, params.turn, signal),

  async searchHistory({ query: { agent, ...query }, signal }, { log, views }) {
    const agentId =
      agent === undefined || isAgentId(agent)
        ? agent
        : (await knownAgent(views, agent, SYSTEM_MS)).agentId;
    return searched(log, { ...query, agentId }, signal);
  },

  getOwnHistory({ query, speaker, signal }, { log }) {
    // The route is for agents: nobody comes here who is none.
    if (speaker === undefined) throw new OrchestratorError('ORC_CREDS');
    return searched(log, { ...query, agentId: speaker.agentId }, signal);
  },

  async getActivity({ query: { last = LAST_MS, stretch = MINUTE_MS }, signal }, { log }) {
    const stretchMs = Math.max(1_000, Math.floor(stretch / 1000) * 1000);
    if (last / stretchMs > MOST_STRETCHES) {
      const what = `stretch: ${last / stretchMs} stretches of time, where ${MOST_STRETCHES} are allowed`;
      throw new OrchestratorError('ORC_BAD_INPUT', what);
    }
    const to = new Date();
    return readActivity(log, { from: new Date(to.getTime() - last), to, stretchMs }, signal);
  },

  async getState({ query, signal }, { log, history }) {
    const { state, ...place } = await stateAt({ log, history }, atPlace(query.at), signal);
    return { ...place, ...wholeState(state, query.limit) };
  },

  async getDiff({ query: { from, to, of, limit }, signal }, { log, history }) {
    const now = new Date();
    const end = to === undefined ? undefined : namedPlace('to', to, now);
    const asked = { from: namedPlace('from', from, now), to: end, of };
    const { changes, ...diff } = await stateDiff({ log, history }, asked, signal);
    const shown = changes.slice(0, limit);
    const more = changes.length - shown.length;
    return { ...diff, changes: shown, ...(more > 0 && { more }) };
  },

  async judge({ query: { from, to, limit }, signal }, { log }) {
    const now = new Date();
    const place = (name: string, text: string | undefined) =>
      text === undefined ? undefined : namedPlace(name, text, now);
    const range = { from: place('from', from), to: place('to', to) };
    const { differences, ...verdict } = await judgeLog(log, range, signal);
    return { ...verdict, differences: differences.slice(0, limit) };
  },

  async getPartOfState({ params, query, signal }, { log, history }) {
    const { state, ...place } = await stateAt({ log, history }, atPlace(query.at), signal);
    const part = await partAt({ log }, { at: place.at, state }, params.of, signal);
    return { ...place, ...part, state: { ...part.state } };
  },
};

interface Searched {
  grep?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  limit?: number | undefined;
  agentId: string | undefined;
}

function searched(
  log: EventLog,
  { from, to, limit = MAX_PAGE, ...wanted }: Searched,
  signal: AbortSignal,
) {
  const now = new Date();
  const place = (name: string, text: string | undefined) =>
    text === undefined ? undefined : namedPlace(name, text, now);
  const range = { from: place('from', from), to: place('to', to) };
  return lastEntries(searchHistory(log, { ...wanted, ...range }, signal), limit);
}

const atPlace = (at: string | undefined) =>
  at === undefined ? undefined : namedPlace('at', at, new Date());
