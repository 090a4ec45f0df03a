import { join } from 'node:path';
import { dataPaths } from '../platform/service/data-paths.ts';
import type { Settings } from '../schemas/settings.ts';
import type { AgentFactory } from './agent-factory.ts';
import { AGENT_KINDS } from './agent-kinds.ts';
import { AgentLogins } from './host/agent-logins.ts';

export type AgentFactories = ReadonlyMap<string, AgentFactory>;

/** The folder of all logins. */
export const credentialsFolder = (settings: Settings): string =>
  settings.ORCHESTRATOR_CREDENTIALS_DIR ??
  join(dataPaths(settings.ORCHESTRATOR_DATA_DIR).root, 'credentials');

/** The agents' logins, where the settings have them; `own` is the system's own environment. */
export function agentLogins(settings: Settings, own: NodeJS.ProcessEnv): AgentLogins {
  return new AgentLogins({ folder: credentialsFolder(settings), own });
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
