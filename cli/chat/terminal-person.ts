import { userInfo } from 'node:os';
import type { Person } from '../../schemas/events/parts.ts';
import { asToken } from '../../schemas/ids.ts';
import type { Settings } from '../../schemas/settings.ts';

/** Who sits at this terminal: ORCHESTRATOR_USER, else the name of the login. */
export const terminalPerson = (settings: Settings): Person => ({
  channel: 'terminal',
  userId: asToken(settings.ORCHESTRATOR_USER ?? loginName()),
});

/** A container's user may have no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'user';
  }
}
