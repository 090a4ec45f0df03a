import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { agentFactories, agentLogins } from '../../agents/agent-factories.ts';
import type { AgentFactory } from '../../agents/agent-factory.ts';
import { lineAgentFactory } from '../../agents/line/line-agent-factory.ts';
import { loadSettings } from '../../agents/load-settings.ts';
import type { SpawnerOptions } from './spawner.ts';

export const HOUR_MS = 3_600_000;

/** A login of Claude Code that is good for so many hours. */
export const claudeLoginFor = (
  hours: number,
  name = 'first',
  account = 'account-of-ada',
): string => {
  const expiresAt = Date.now() + hours * HOUR_MS;
  const tokens = { accessToken: `access-${name}`, refreshToken: `refresh-${name}`, expiresAt };
  return JSON.stringify({ claudeAiOauth: { ...tokens, accountUuid: account, scopes: ['a', 'b'] } });
};

/** The access token in a login of Claude Code. */
export const accessTokenOf = (login: string): unknown => {
  const { claudeAiOauth } = JSON.parse(login);
  return claudeAiOauth.accessToken;
};

/** A folder of logins. */
export class LoginFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  read(file: string): Promise<string> {
    return readFile(this.path(file), 'utf8');
  }

  async put(file: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(file)), { recursive: true });
    await writeFile(this.path(file), content, { mode: 0o600 });
  }
}

/** In the place of a CLI: does what it is told, in its home, and says so. */
const OBEYS = 'cd; while IFS= read -r order; do eval "$order"; orchestrator answer "did it"; done';

/** Agents of the real kinds with their logins, but for the program, which does what it is told. */
export async function obedientAgents(folder: string): Promise<SpawnerOptions> {
  const own = { ORCHESTRATOR_CREDENTIALS_DIR: folder };
  const settings = loadSettings(own);
  const line = lineAgentFactory({ framing: 'line', endOfTurn: 'response', commandLine: OBEYS });
  const { traits, persistentCommand, formatMessageForStdin, readinessProbe } = line;
  const obedient = ({ needs: _, ...factory }: AgentFactory): AgentFactory => ({
    ...factory,
    ...{ traits, persistentCommand, formatMessageForStdin, readinessProbe },
  });
  const factories = [...(await agentFactories(settings, own)).values()].map(obedient);
  return {
    factories: new Map(factories.map((factory) => [factory.kind, factory])),
    loginRenewals: { logins: agentLogins(settings, own) },
  };
}
