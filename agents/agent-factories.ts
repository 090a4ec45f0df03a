import { join } from 'node:path';
import type { Settings } from '../schemas/settings.ts';
import type { AgentFactory } from './agent-factory.ts';
import { AGENT_KINDS } from './agent-kinds.ts';
import { AgentLogins } from './host/agent-logins.ts';

export type AgentFactories = ReadonlyMap<string, AgentFactory>;

/** The agents' logins, where the settings have them; `own` is the system's own environment. */
export function agentLogins(settings: Settings, own: NodeJS.ProcessEnv): AgentLogins {
  const folder =
    settings.ORCHESTRATOR_CREDENTIALS_DIR ?? join(settings.ORCHESTRATOR_DATA_DIR, 'credentials');
  return new AgentLogins({ folder, own });
}

/** The factory of every kind of agent; `own` is the system's own environment. */
export async function agentFactories(
  settings: Settings,
  own: NodeJS.ProcessEnv,
): Promise<AgentFactories> {
  const logins = agentLogins(settings, own);
  const factories = await Promise.all(AGENT_KINDS.map((kind) => kind.factory(settings, logins)));
  return new Map(factories.map((factory) => [factory.kind, factory]));
}
