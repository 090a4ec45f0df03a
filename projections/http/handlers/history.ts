import { waterfallOf } from '../../../core/conversation/waterfall.ts';
import { eventsOfMessage } from '../../../core/operator/events-of-message.ts';
import { namedPlace } from '../../../core/operator/place-in-log.ts';
import { readActivity } from '../../../core/operator/read-activity.ts';
import { partAt, stateAt } from '../../../core/operator/state-at.ts';
import { wholeState } from '../../../core/views/whole-state.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import type { HandlersOf } from '../api-context.ts';

type Names = 'getWaterfall' | 'getActivity' | 'getState' | 'getPartOfState';

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

  async getPartOfState({ params, query, signal }, { log, history }) {
    const { state, ...place } = await stateAt({ log, history }, atPlace(query.at), signal);
    const part = await partAt({ log }, { at: place.at, state }, params.of, signal);
    return { ...place, ...part, state: { ...part.state } };
  },
};

const atPlace = (at: string | undefined) =>
  at === undefined ? undefined : namedPlace('at', at, new Date());
