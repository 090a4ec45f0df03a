import { waterfallOf } from '../../../core/conversation/waterfall.ts';
import type { SystemState } from '../../../core/domain/system-state.ts';
import type { EventLog } from '../../../core/log/event-log.ts';
import { eventJson } from '../../../core/operator/event-line.ts';
import { eventsOfMessage } from '../../../core/operator/events-of-message.ts';
import { readActivity } from '../../../core/operator/read-activity.ts';
import { OrchestratorError } from '../../../schemas/errors.ts';
import { eventShown } from '../../../schemas/http/shapes.ts';
import { systemViews } from '../../../core/views/system-views.ts';
import type { HandlersOf } from '../api-context.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

const LAST_MS = 3 * HOUR_MS;

/** Stretches of time that one answer has at most: a day by minutes, and a bit. */
const MOST_STRETCHES = 1_500;

export const historyHandlers: HandlersOf<'getWaterfall' | 'getActivity' | 'getState'> = {
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
    const last = await log.lastSequence('EVENTS');
    const at = Math.min(query.at ?? last, last);
    const state = await history.at(at, signal);
    return { at, last, ...(await eventAt(log, at)), ...shown(state, query.limit) };
  },
};

async function eventAt(log: EventLog, sequence: number) {
  const message = sequence > 0 ? await log.at('EVENTS', sequence) : undefined;
  return message && { event: eventShown.parse(JSON.parse(eventJson(message))) };
}

function shown(state: SystemState, limit: number | undefined) {
  const page = { limit };
  const { agents, jobs, projects, users, nodes } = state;
  return {
    agents: systemViews.agents(state, page).agents,
    jobs: systemViews.jobs(state, page).jobs,
    projects: systemViews.projects(state, page).projects,
    users: systemViews.users(state, page).users,
    nodes: [...nodes].map(([node, { phase }]) => ({ node, state: phase })),
    counts: {
      agents: [...agents.values()].filter(({ phase }) => phase !== 'unknown').length,
      jobs: jobs.size,
      projects: projects.size,
      users: users.size,
    },
  };
}
