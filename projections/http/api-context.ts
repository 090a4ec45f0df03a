import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Views } from '../../core/conversation/views.ts';
import type { LogConnection } from '../../core/log/connection.ts';
import type { EventLog } from '../../core/log/event-log.ts';
import type { StateHistory } from '../../core/projection/state-history.ts';
import type { SystemFollower } from '../../core/projection/system-follower.ts';
import type { SystemHealth } from '../../schemas/health.ts';
import type { HTTP_ROUTES, RouteName } from '../../schemas/http/http-routes.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { Exposition } from '../metrics/exposition.ts';
import type { Accepted, Download, EventStream, Relayed, Written } from './answers.ts';
import type { SharedFollows } from './follow/shared-follows.ts';
import type { McpEndpoint } from './mcp/mcp-endpoint.ts';
import type { Call } from './route-call.ts';

/** What the routes are answered by: the system, as an operator's command has it. */
export interface ApiContext {
  settings: Settings;
  connection: LogConnection;
  log: EventLog;
  views: Views;
  /** The state that this process serves: who speaks as an agent is looked up in it. */
  follower: Pick<SystemFollower, 'state' | 'folded'>;
  /** The states of before. */
  history: StateHistory;
  /** What is followed by readers of events, logs and conversations. */
  follows: SharedFollows;
  /** What answers models. */
  mcp: McpEndpoint;
  logger: Logger;
  /** Aborted when the process is to end. */
  signal: AbortSignal;
  askHealth: () => Promise<SystemHealth>;
  metrics: () => Promise<Exposition>;
}

/** How long the system may take to answer of itself, milliseconds. */
export const SYSTEM_MS = 10_000;

type Body<N extends RouteName> = (typeof HTTP_ROUTES)[N] extends {
  answer: infer S extends z.ZodType;
}
  ? z.input<S>
  : never;

export type Answer<N extends RouteName> =
  | Body<N>
  | Accepted<Body<N>>
  | Written
  | Download
  | EventStream
  | Relayed;

/** What answers each of these routes. */
export type HandlersOf<N extends RouteName> = {
  [R in N]: (call: Call<R>, api: ApiContext) => Promise<Answer<R>>;
};
