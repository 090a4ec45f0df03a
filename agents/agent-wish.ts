import type { AgentWish } from '../core/conversation/agent-client.ts';
import type { Settings } from '../schemas/settings.ts';
import { AGENT_KINDS, kindOf } from './agent-kinds.ts';

/** The agent that the settings want for a person. */
export const agentWish = (settings: Settings): AgentWish => ({
  kind: settings.ORCHESTRATOR_AGENT,
  ttlMs: settings.ORCHESTRATOR_AGENT_TTL,
  turnDeadlineMs: settings.ORCHESTRATOR_TURN_DEADLINE,
  commandLine: kindOf(settings.ORCHESTRATOR_AGENT)?.commandLine?.(settings),
});

/** An agent of each kind; one whose command line is a setting only where that is set. */
export function agentWishes(settings: Settings): ReadonlyMap<string, AgentWish> {
  const wishes = AGENT_KINDS.flatMap(({ name, commandLine }) => {
    const wish = agentWish({ ...settings, ORCHESTRATOR_AGENT: name });
    return commandLine && wish.commandLine === undefined ? [] : [[name, wish] as const];
  });
  return new Map(wishes);
}
