import type { Settings } from '../../schemas/settings.ts';
import type { AgentWish } from './agent-manager.ts';

/** The agent that the settings want for a person. */
export const agentWish = (settings: Settings): AgentWish => ({
  kind: settings.ORCHESTRATOR_AGENT,
  ttlMs: settings.ORCHESTRATOR_AGENT_TTL,
  turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
  commandLine:
    settings.ORCHESTRATOR_AGENT === 'line' ? settings.ORCHESTRATOR_LINE_COMMAND : undefined,
});
