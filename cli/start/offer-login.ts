import { readFile } from 'node:fs/promises';
import { credentialsFolder } from '../../agents/agent-factories.ts';
import { kindOf } from '../../agents/agent-kinds.ts';
import { keepLogin } from '../../agents/keep-login.ts';
import { hasLogin } from '../../agents/kind-problems.ts';
import { ownLogin } from '../../agents/own-login.ts';
import type { Settings } from '../../schemas/settings.ts';
import { type Asker, askYes } from '../setup/asker.ts';
import { loginWarning } from '../setup/login-warning.ts';

/**
 * Where the wanted kind of agent has no login and its CLI has one of whoever starts the system, that is
 * offered: nobody's login is taken silently.
 */
export async function offerLogin(
  settings: Settings,
  env: Record<string, string | undefined>,
  asker: Asker,
): Promise<void> {
  const kind = kindOf(settings.ORCHESTRATOR_AGENT);
  if (kind === undefined || (await hasLogin(kind, { settings, environment: env }))) return;
  const own = await ownLogin(kind, env);
  if (own === undefined) return;
  asker.say(`${kind.title} on this machine is logged in (${own}), and agents have no login yet.`);
  if (!(await askYes(asker, 'Shall they use a copy of yours?', false))) return;
  await keepLogin(credentialsFolder(settings), kind, await readFile(own, 'utf8'));
  asker.say(loginWarning(kind));
}
