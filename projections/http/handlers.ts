import type { RouteName } from '../../schemas/http/http-routes.ts';
import type { HandlersOf } from './api-context.ts';
import { agentHandlers } from './handlers/agents.ts';
import { consoleHandlers } from './handlers/console.ts';
import { exportHandlers } from './handlers/export.ts';
import { historyHandlers } from './handlers/history.ts';
import { jobHandlers } from './handlers/jobs.ts';
import { logHandlers } from './handlers/log.ts';
import { mcpHandlers } from './handlers/mcp.ts';
import { messageHandlers } from './handlers/messages.ts';
import { projectHandlers } from './handlers/projects.ts';
import { systemHandlers } from './handlers/system.ts';
import { tokenHandlers } from './handlers/tokens.ts';
import { toolHandlers } from './handlers/tools.ts';

/** What answers each route: the compiler misses one that has none. */
export const HANDLERS: HandlersOf<RouteName> = {
  ...agentHandlers,
  ...consoleHandlers,
  ...exportHandlers,
  ...historyHandlers,
  ...jobHandlers,
  ...logHandlers,
  ...mcpHandlers,
  ...messageHandlers,
  ...projectHandlers,
  ...systemHandlers,
  ...tokenHandlers,
  ...toolHandlers,
};
