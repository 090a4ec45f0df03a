import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentPackages } from './pages/agent-packages.ts';
import { agentsPage } from './pages/agents-page.ts';
import { asyncApiPage } from './pages/asyncapi-page.ts';
import { commandsPage } from './pages/commands-page.ts';
import { decisionsPage } from './pages/decisions-page.ts';
import { errorsPage } from './pages/errors-page.ts';
import { eventsPage } from './pages/events-page.ts';
import { openApiPage } from './pages/openapi-page.ts';
import { securityPage } from './pages/security-page.ts';
import { settingsPage } from './pages/settings-page.ts';
import { telegramUpdatesPage } from './pages/telegram-updates-page.ts';

/** What is made from tables in the code, by name from here; a test fails when one is out of date. */
export const PAGES: Record<string, () => string> = {
  'settings.md': settingsPage,
  'errors.md': errorsPage,
  'events.md': eventsPage,
  'commands.md': commandsPage,
  'agents.md': agentsPage,
  'decisions/README.md': decisionsPage,
  '../images/agents/package.json': agentPackages,
  'security.md': securityPage,
  'telegram-updates.md': telegramUpdatesPage,
  'openapi.json': openApiPage,
  'asyncapi.json': asyncApiPage,
};

if (import.meta.main) {
  for (const [name, page] of Object.entries(PAGES)) {
    await writeFile(join(import.meta.dirname, name), page());
  }
}
